swift package lockcheck
