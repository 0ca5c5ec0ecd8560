package io.ashlar.target.iscsi.scsi;

/// Where a finished [ScsiTask] returns to: its transport, on the unit's thread.
@FunctionalInterface
public interface TaskCompletion {
  /// The task is over and its owner's again; its status and data are set. May run before
  /// [LogicalUnit#execute] has returned.
  void onTaskDone(ScsiTask task);
}
