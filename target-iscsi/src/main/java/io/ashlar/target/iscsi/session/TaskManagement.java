package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.TaskManagementPdu;
import io.netty.buffer.ByteBuf;

/// Task management functions (RFC 7143 §11.5, SAM-5 §7): each is answered once the tasks that it
/// withdrew are over.
final class TaskManagement {
  /// Functions of one session that may wait for their tasks' end at once.
  private static final int PENDING_MAX = 8;

  private final Session session;
  private final FullFeaturePhase phase;
  private int pendingFunctions;

  TaskManagement(Session session, FullFeaturePhase phase) {
    this.session = session;
    this.phase = phase;
  }

  void onPdu(ByteBuf header) {
    int tag = BasicHeader.taskTag(header);
    if (pendingFunctions == PENDING_MAX) {
      respond(tag, TaskManagementPdu.FUNCTION_REJECTED);
      return;
    }
    boolean unitExists = BasicHeader.lun(header) == 0;
    switch (TaskManagementPdu.function(header)) {
      case TaskManagementPdu.ABORT_TASK -> abortTask(tag, TaskManagementPdu.referencedTag(header));
      case TaskManagementPdu.ABORT_TASK_SET -> {
        if (checkUnit(tag, unitExists)) {
          abortTaskSet(tag);
        }
      }
      case TaskManagementPdu.CLEAR_TASK_SET -> {
        if (checkUnit(tag, unitExists)) {
          clearTaskSet(tag);
        }
      }
      case TaskManagementPdu.LOGICAL_UNIT_RESET -> {
        if (checkUnit(tag, unitExists)) {
          reset(tag);
        }
      }
      case TaskManagementPdu.TARGET_WARM_RESET -> reset(tag);
      case TaskManagementPdu.TASK_REASSIGN ->
          respond(tag, TaskManagementPdu.REASSIGNMENT_NOT_SUPPORTED);
      // one initiator must not cut off all others, which a cold reset is for
      case TaskManagementPdu.CLEAR_ACA, TaskManagementPdu.TARGET_COLD_RESET ->
          respond(tag, TaskManagementPdu.FUNCTION_NOT_SUPPORTED);
      default -> respond(tag, TaskManagementPdu.FUNCTION_REJECTED);
    }
  }

  private boolean checkUnit(int tag, boolean exists) {
    if (!exists) {
      respond(tag, TaskManagementPdu.LUN_DOES_NOT_EXIST);
    }
    return exists;
  }

  private void abortTask(int tag, int referencedTag) {
    CommandSlot slot = session.slots().find(referencedTag);
    if (slot == null) {
      respond(tag, TaskManagementPdu.TASK_DOES_NOT_EXIST);
      return;
    }
    PendingFunction function = pending(tag);
    function.await(slot);
    session.slots().abort(slot);
    function.allWithdrawn();
  }

  private void abortTaskSet(int tag) {
    PendingFunction function = pending(tag);
    session.slots().withdrawAll(function);
    function.allWithdrawn();
  }

  private void clearTaskSet(int tag) {
    PendingFunction function = pending(tag);
    withdrawEverybodys(function);
    session.unit().unit().onTaskSetCleared(session.nexus());
    function.allWithdrawn();
  }

  private void reset(int tag) {
    PendingFunction function = pending(tag);
    withdrawEverybodys(function);
    session.unit().unit().reset(session.nexus());
    function.allWithdrawn();
  }

  private void withdrawEverybodys(PendingFunction function) {
    ServedUnit unit = session.unit();
    for (Session each : unit.sessions()) {
      each.slots().withdrawAll(function);
    }
  }

  private PendingFunction pending(int tag) {
    pendingFunctions++;
    return new PendingFunction(() -> {
      pendingFunctions--;
      respond(tag, TaskManagementPdu.COMPLETE);
    });
  }

  private void respond(int tag, int response) {
    if (phase.connection().isClosed()) {
      return;
    }
    PduWriter writer = phase.connection().writer();
    ByteBuf out = writer.roomFor(0);
    int at = TaskManagementPdu.append(out, response, tag);
    phase.sequence(out, at);
    writer.endHeader(out, at);
    phase.connection().flushSoon();
  }
}
