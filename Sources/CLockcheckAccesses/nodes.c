#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "lc_accessor.h"
#include "lc_stack.h"

// What libstdc++ has outside of its headers of `std::list`, `std::map`, `std::set` and their like: how nodes are
// linked. What it reads and writes there is recorded for callers that were compiled with access instrumentation.
//
// It is done here, and not passed on: a program in C may load what has a C++ library of its own, out of this
// library's sight. How a node looks is compiled into programs, and does not change.

void __tsan_read4_pc(void *a, void *pc);
void __tsan_read8_pc(void *a, void *pc);
void __tsan_write4_pc(void *a, void *pc);
void __tsan_write8_pc(void *a, void *pc);

#define LC_INLINE static inline __attribute__((always_inline))

/// Where an instrumented caller goes on; null for all others, whose accesses are not recorded.
LC_INLINE void *teller(uintptr_t frame) {
  if (__builtin_expect(!lc_has_accesses, 1) || !lc_is_instrumented_caller(frame)) return 0;
  return (void *)lc_return_address(frame);
}

static __attribute__((noinline)) void tell(void *place, size_t size, bool writes, void *pc) {
  int kept = errno;
  if (size == 8)
    writes ? __tsan_write8_pc(place, pc) : __tsan_read8_pc(place, pc);
  else
    writes ? __tsan_write4_pc(place, pc) : __tsan_read4_pc(place, pc);
  errno = kept;
}

// An access of the caller that `pc` stands for. The place is named twice, and must do nothing.
#define LC_GET(place) ((pc != 0 ? tell(&(place), sizeof(place), false, pc) : (void)0), (place))
#define LC_SET(place, value)                                     \
  do {                                                           \
    if (pc != 0) tell(&(place), sizeof(place), true, pc);        \
    (place) = (value);                                           \
  } while (0)

// Lists: a ring of nodes, the list itself among them.

typedef struct list_node {
  struct list_node *next, *previous;
} list_node;

#define LC_LIST(function) __asm__("_ZNSt8__detail15_List_node_base" function)
void lc_list_hook(list_node *self, list_node *position) LC_LIST("7_M_hookEPS0_");
void lc_list_unhook(list_node *self) LC_LIST("9_M_unhookEv");
void lc_list_transfer(list_node *self, list_node *first, list_node *last) LC_LIST("11_M_transferEPS0_S1_");
void lc_list_reverse(list_node *self) LC_LIST("10_M_reverseEv");
void lc_list_swap(list_node *a, list_node *b) LC_LIST("4swapERS0_S1_");

/// Puts a node before a position.
void lc_list_hook(list_node *self, list_node *position) {
  void *pc = teller(lc_frame_address());
  list_node *previous = LC_GET(position->previous);
  LC_SET(self->next, position);
  LC_SET(self->previous, previous);
  LC_SET(previous->next, self);
  LC_SET(position->previous, self);
}

/// Takes a node out.
void lc_list_unhook(list_node *self) {
  void *pc = teller(lc_frame_address());
  list_node *next = LC_GET(self->next), *previous = LC_GET(self->previous);
  LC_SET(previous->next, next);
  LC_SET(next->previous, previous);
}

/// Moves the nodes from `first` on, up to `last`, before this one.
void lc_list_transfer(list_node *self, list_node *first, list_node *last) {
  if (self == last) return;
  void *pc = teller(lc_frame_address());
  list_node *before = LC_GET(first->previous), *end = LC_GET(last->previous);
  list_node *previous = LC_GET(self->previous);
  LC_SET(before->next, last);
  LC_SET(last->previous, before);
  LC_SET(previous->next, first);
  LC_SET(first->previous, previous);
  LC_SET(end->next, self);
  LC_SET(self->previous, end);
}

void lc_list_reverse(list_node *self) {
  void *pc = teller(lc_frame_address());
  list_node *node = self;
  do {
    list_node *next = LC_GET(node->next), *previous = LC_GET(node->previous);
    LC_SET(node->next, previous);
    LC_SET(node->previous, next);
    node = next;
  } while (node != self);
}

/// Has the neighbours of a list know where it is; one without any is its own.
LC_INLINE void settle(list_node *list, const list_node *other, void *pc) {
  list_node *next = LC_GET(list->next), *previous = LC_GET(list->previous);
  if (next == other) {
    LC_SET(list->next, list);
    LC_SET(list->previous, list);
  } else {
    LC_SET(next->previous, list);
    LC_SET(previous->next, list);
  }
}

void lc_list_swap(list_node *a, list_node *b) {
  if (a == b) return;
  void *pc = teller(lc_frame_address());
  list_node *next = LC_GET(a->next), *previous = LC_GET(a->previous);
  list_node *other_next = LC_GET(b->next), *other_previous = LC_GET(b->previous);
  if (next == a && other_next == b) return;
  LC_SET(a->next, other_next);
  LC_SET(a->previous, other_previous);
  LC_SET(b->next, next);
  LC_SET(b->previous, previous);
  settle(a, b, pc);
  settle(b, a, pc);
}

// Trees: red and black ones, as in Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", chapter 13.
// The header is red; it has the root as its parent, and the first and the last node as its children.

enum { LEFT, RIGHT };
enum { RED, BLACK };

typedef struct tree_node {
  int color;
  struct tree_node *parent, *children[2];
} tree_node;

#define LC_TREE(function) __asm__("_ZSt" function)
tree_node *lc_tree_next(tree_node *node) LC_TREE("18_Rb_tree_incrementPSt18_Rb_tree_node_base");
tree_node *lc_tree_next_const(tree_node *node) LC_TREE("18_Rb_tree_incrementPKSt18_Rb_tree_node_base");
tree_node *lc_tree_previous(tree_node *node) LC_TREE("18_Rb_tree_decrementPSt18_Rb_tree_node_base");
tree_node *lc_tree_previous_const(tree_node *node) LC_TREE("18_Rb_tree_decrementPKSt18_Rb_tree_node_base");
void lc_tree_insert(bool is_left, tree_node *node, tree_node *parent, tree_node *header)
    LC_TREE("29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_");
tree_node *lc_tree_erase(tree_node *node, tree_node *header)
    LC_TREE("28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_");

/// The outermost node of a tree on a side.
LC_INLINE tree_node *outermost(tree_node *node, int side, void *pc) {
  for (tree_node *child = LC_GET(node->children[side]); child != 0; child = LC_GET(node->children[side]))
    node = child;
  return node;
}

/// The first above a node that has it on the other side.
LC_INLINE tree_node *ancestor(tree_node **node, int side, void *pc) {
  tree_node *parent = LC_GET((*node)->parent);
  while (*node == LC_GET(parent->children[side])) {
    *node = parent;
    parent = LC_GET(parent->parent);
  }
  return parent;
}

static tree_node *next_of(tree_node *node, void *pc) {
  tree_node *child = LC_GET(node->children[RIGHT]);
  if (child != 0) return outermost(child, LEFT, pc);
  tree_node *above = ancestor(&node, RIGHT, pc);
  // After the root, where it is the last, comes the header, which has been passed already.
  return LC_GET(node->children[RIGHT]) == above ? node : above;
}

static tree_node *previous_of(tree_node *node, void *pc) {
  if (LC_GET(node->color) == RED) {
    tree_node *parent = LC_GET(node->parent);
    // Of the header, the last.
    if (LC_GET(parent->parent) == node) return LC_GET(node->children[RIGHT]);
  }
  tree_node *child = LC_GET(node->children[LEFT]);
  return child != 0 ? outermost(child, RIGHT, pc) : ancestor(&node, LEFT, pc);
}

tree_node *lc_tree_next(tree_node *node) { return next_of(node, teller(lc_frame_address())); }
tree_node *lc_tree_next_const(tree_node *node) { return next_of(node, teller(lc_frame_address())); }
tree_node *lc_tree_previous(tree_node *node) { return previous_of(node, teller(lc_frame_address())); }
tree_node *lc_tree_previous_const(tree_node *node) { return previous_of(node, teller(lc_frame_address())); }

/// Puts another node, or none, in the place that a node has below its parent.
static void replace(tree_node *node, tree_node *parent, tree_node *other, tree_node *header, void *pc) {
  if (parent == header)
    LC_SET(header->parent, other);
  else if (LC_GET(parent->children[LEFT]) == node)
    LC_SET(parent->children[LEFT], other);
  else
    LC_SET(parent->children[RIGHT], other);
}

/// Moves a node down to a side, and its child of the other side up.
static void rotate(tree_node *node, int side, tree_node *header, void *pc) {
  tree_node *child = LC_GET(node->children[!side]), *parent = LC_GET(node->parent);
  tree_node *inner = LC_GET(child->children[side]);
  LC_SET(node->children[!side], inner);
  if (inner != 0) LC_SET(inner->parent, node);
  replace(node, parent, child, header, pc);
  LC_SET(child->parent, parent);
  LC_SET(child->children[side], node);
  LC_SET(node->parent, child);
}

LC_INLINE bool is_red(tree_node *node, void *pc) { return node != 0 && LC_GET(node->color) == RED; }

/// Goes up from a red node for as long as its parent is red as well.
static void rebalance_inserted(tree_node *node, tree_node *header, void *pc) {
  while (node != LC_GET(header->parent)) {
    tree_node *parent = LC_GET(node->parent);
    if (!is_red(parent, pc)) break;
    tree_node *above = LC_GET(parent->parent);
    int side = LC_GET(above->children[RIGHT]) == parent ? RIGHT : LEFT;
    tree_node *uncle = LC_GET(above->children[!side]);
    if (is_red(uncle, pc)) {
      LC_SET(uncle->color, BLACK);
      node = above;
    } else {
      if (LC_GET(parent->children[!side]) == node) {
        rotate(parent, side, header, pc);
        node = parent;
        parent = LC_GET(node->parent);
      }
      rotate(above, !side, header, pc);
    }
    LC_SET(parent->color, BLACK);
    LC_SET(above->color, RED);
  }
  tree_node *root = LC_GET(header->parent);
  LC_SET(root->color, BLACK);
}

void lc_tree_insert(bool is_left, tree_node *node, tree_node *parent, tree_node *header) {
  void *pc = teller(lc_frame_address());
  int side = is_left ? LEFT : RIGHT;
  LC_SET(node->parent, parent);
  LC_SET(node->children[LEFT], 0);
  LC_SET(node->children[RIGHT], 0);
  LC_SET(node->color, RED);
  if (parent == header) {
    LC_SET(header->parent, node);
    LC_SET(header->children[LEFT], node);
    LC_SET(header->children[RIGHT], node);
  } else {
    LC_SET(parent->children[side], node);
    if (LC_GET(header->children[side]) == parent) LC_SET(header->children[side], node);
  }
  rebalance_inserted(node, header, pc);
}

/// Makes up for a black node that is missing on the ways through `node`, which may be none, below `parent`.
static void rebalance_erased(tree_node *node, tree_node *parent, tree_node *header, void *pc) {
  while (node != LC_GET(header->parent) && !is_red(node, pc)) {
    int side = LC_GET(parent->children[LEFT]) == node ? LEFT : RIGHT;
    tree_node *sibling = LC_GET(parent->children[!side]);
    if (is_red(sibling, pc)) {
      LC_SET(sibling->color, BLACK);
      LC_SET(parent->color, RED);
      rotate(parent, side, header, pc);
      sibling = LC_GET(parent->children[!side]);
    }
    tree_node *near = LC_GET(sibling->children[side]), *far = LC_GET(sibling->children[!side]);
    if (!is_red(near, pc) && !is_red(far, pc)) {
      LC_SET(sibling->color, RED);
      node = parent;
      parent = LC_GET(parent->parent);
      continue;
    }
    if (!is_red(far, pc)) {
      LC_SET(near->color, BLACK);
      LC_SET(sibling->color, RED);
      rotate(sibling, !side, header, pc);
      far = sibling;
      sibling = near;
    }
    LC_SET(sibling->color, LC_GET(parent->color));
    LC_SET(parent->color, BLACK);
    LC_SET(far->color, BLACK);
    rotate(parent, side, header, pc);
    return;
  }
  if (node != 0) LC_SET(node->color, BLACK);
}

/// Takes a node with at most one child out: that takes its place.
///
/// - Returns: The child, or null.
static tree_node *take_out(tree_node *node, tree_node *parent, tree_node *header, void *pc) {
  tree_node *left = LC_GET(node->children[LEFT]), *right = LC_GET(node->children[RIGHT]);
  tree_node *child = left != 0 ? left : right;
  if (child != 0) LC_SET(child->parent, parent);
  replace(node, parent, child, header, pc);
  for (int side = LEFT; side <= RIGHT; side++)
    if (LC_GET(header->children[side]) == node)
      LC_SET(header->children[side], child == 0 ? parent : outermost(child, side, pc));
  return child;
}

/// Takes a node with two children out: the next one takes its place and its color.
///
/// - Returns: The child that took the place of the next one, or null; its parent, and the color that is missing.
static tree_node *exchange(
    tree_node *node, tree_node *parent, tree_node *header, tree_node **above, int *color, void *pc) {
  tree_node *left = LC_GET(node->children[LEFT]), *right = LC_GET(node->children[RIGHT]);
  tree_node *next = outermost(right, LEFT, pc), *child = LC_GET(next->children[RIGHT]);
  *above = next;
  if (next != right) {
    *above = LC_GET(next->parent);
    if (child != 0) LC_SET(child->parent, *above);
    LC_SET((*above)->children[LEFT], child);
    LC_SET(next->children[RIGHT], right);
    LC_SET(right->parent, next);
  }
  LC_SET(next->children[LEFT], left);
  LC_SET(left->parent, next);
  replace(node, parent, next, header, pc);
  LC_SET(next->parent, parent);
  *color = LC_GET(next->color);
  LC_SET(next->color, LC_GET(node->color));
  return child;
}

tree_node *lc_tree_erase(tree_node *node, tree_node *header) {
  void *pc = teller(lc_frame_address());
  tree_node *parent = LC_GET(node->parent), *above = parent, *child;
  int color = LC_GET(node->color);
  if (LC_GET(node->children[LEFT]) != 0 && LC_GET(node->children[RIGHT]) != 0)
    child = exchange(node, parent, header, &above, &color, pc);
  else
    child = take_out(node, parent, header, pc);
  if (color == BLACK) rebalance_erased(child, above, header, pc);
  return node;
}
