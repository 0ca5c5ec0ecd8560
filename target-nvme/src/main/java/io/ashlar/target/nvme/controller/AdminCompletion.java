package io.ashlar.target.nvme.controller;

/// Where an admin command goes when it is done: its queue.
@FunctionalInterface
public interface AdminCompletion {
  /// May run before the call that started the command has returned.
  void onAdminComplete(AdminCommand command);
}
