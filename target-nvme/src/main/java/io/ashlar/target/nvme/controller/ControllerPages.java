package io.ashlar.target.nvme.controller;

/// What tells an I/O controller from a discovery controller: its Identify data and its log pages.
interface ControllerPages {
  void identify(Controller controller, AdminCommand command);

  void logPage(Controller controller, AdminCommand command);

  /// Get Features of what belongs to the namespace rather than to the controller.
  void getFeature(Controller controller, AdminCommand command);

  /// Set Features of what belongs to the namespace.
  void setFeature(Controller controller, AdminCommand command);

  /// Whether I/O queues may be connected.
  boolean hasIoQueues();
}
