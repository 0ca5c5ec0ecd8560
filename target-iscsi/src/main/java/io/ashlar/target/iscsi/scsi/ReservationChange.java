package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.reservation.ReservationOutcome;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;

/// A command that changes its unit's reservations, on its way through their gate. These are rare,
/// and may cost an object.
final class ReservationChange implements ReservationGate.Change {
  /// What a command does to the table when its turn comes.
  @FunctionalInterface
  interface Action {
    ReservationOutcome run(ScsiTask task);
  }

  private final ScsiTask task;
  private final Action action;
  private final Sense invalid;
  private ReservationOutcome outcome = ReservationOutcome.CONFLICT;

  /// @param invalid what [ReservationOutcome#INVALID] means here
  ReservationChange(ScsiTask task, Action action, Sense invalid) {
    this.task = task;
    this.action = action;
    this.invalid = invalid;
  }

  void submit() {
    task.change = this;
    gate().submit(this);
  }

  /// Ends the change if its turn has not come.
  boolean withdraw() {
    return gate().withdraw(this);
  }

  private ReservationGate gate() {
    return task.unit().volume().reservations().gate();
  }

  @Override
  public boolean apply() {
    outcome = action.run(task);
    return outcome == ReservationOutcome.OK;
  }

  @Override
  public void save() {
    task.submit(BlockOperation.SAVE_RESERVATIONS, 0, 0, ScsiTask::good);
  }

  void onSaved(BlockRequest request) {
    gate().saved(request.status == BlockStatus.OK);
  }

  @Override
  public void end(ReservationGate.Ending ending) {
    task.change = null;
    switch (ending) {
      case REFUSED -> refuse();
      case DURABLE -> task.good();
      case UNDONE -> BlockFailure.report(task, task.request);
      // whoever withdrew it ends the task
      case WITHDRAWN -> {}
    }
  }

  private void refuse() {
    switch (outcome) {
      case OK, CONFLICT -> task.endWith(ScsiStatus.RESERVATION_CONFLICT);
      case INVALID -> {
        if (invalid == Sense.INVALID_FIELD_IN_PARAMETER_LIST) {
          task.failParameter(PersistentReserveData.OUT_ACTION_KEY_OFFSET);
        } else {
          task.fail(invalid);
        }
      }
      case FULL -> task.fail(Sense.INSUFFICIENT_REGISTRATION_RESOURCES);
    }
  }
}
