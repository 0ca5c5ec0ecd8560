package io.ashlar.target.iscsi.session;

/// A task management function that is answered once all tasks that it withdrew are over.
final class PendingFunction {
  private final Runnable whenOver;
  private int outstanding = 1;

  PendingFunction(Runnable whenOver) {
    this.whenOver = whenOver;
  }

  void await(CommandSlot slot) {
    outstanding++;
    slot.await(this);
  }

  /// All tasks were withdrawn; those that are still under way will tell.
  void allWithdrawn() {
    onTaskOver();
  }

  void onTaskOver() {
    outstanding--;
    if (outstanding == 0) {
      whenOver.run();
    }
  }
}
