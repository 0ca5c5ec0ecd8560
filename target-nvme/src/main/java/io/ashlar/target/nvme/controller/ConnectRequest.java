package io.ashlar.target.nvme.controller;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.ConnectDataFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// A Fabrics Connect command, read and checked for itself (Base 2.0, 6.3).
///
/// @param status [NvmeStatus#SUCCESS] if the rest may be used
/// @param result what goes into the completion if not: which field is wrong
/// @param queueEntries the queue's size, one-based
/// @param withoutFlowControl the host does not want SQ head pointers
/// @param host who asks; null if that cannot be told
/// @param subsystemNqn which subsystem is asked for; null if that cannot be told
public record ConnectRequest(
    int status,
    long result,
    int queueId,
    int queueEntries,
    boolean withoutFlowControl,
    long keepAliveMs,
    int controllerId,
    @Nullable HostIdentity host,
    @Nullable String subsystemNqn) {
  private static final int RECORD_FORMAT = 0;
  private static final int ATTRIBUTE_NO_FLOW_CONTROL = 1 << 2;
  private static final int QUEUE_ID_FIELD = 42;
  private static final int QUEUE_SIZE_FIELD = 44;

  /// In the result: the wrong field is in the data, not in the entry.
  private static final int IN_DATA = 1 << 16;

  static final int CONTROLLER_ID_FIELD = IN_DATA | ConnectDataFlyweight.CONTROLLER_ID_OFFSET;
  static final int HOST_ID_FIELD = IN_DATA | ConnectDataFlyweight.HOST_ID_OFFSET;

  /// Where a Connect names its subsystem, as a completion's result tells it.
  public static final int SUBSYSTEM_NQN_FIELD = IN_DATA | ConnectDataFlyweight.SUBSYSTEM_NQN_OFFSET;

  static final int HOST_NQN_FIELD = IN_DATA | ConnectDataFlyweight.HOST_NQN_OFFSET;
  static final int QUEUE_ID_RESULT = QUEUE_ID_FIELD;
  static final int QUEUE_SIZE_RESULT = QUEUE_SIZE_FIELD;

  /// Reads a command whose data of [ConnectDataFlyweight#LENGTH_BYTES] is at the buffer's start.
  public static ConnectRequest of(CommandFlyweight entry, DirectBuffer dataBuffer) {
    if ((entry.cdw10() & 0xFFFF) != RECORD_FORMAT) {
      return refused(NvmeStatus.CONNECT_INCOMPATIBLE_FORMAT, 0);
    }
    ConnectDataFlyweight data = new ConnectDataFlyweight().wrap(dataBuffer, 0);
    String subsystemNqn = data.subsystemNqn();
    if (subsystemNqn == null) {
      return refused(NvmeStatus.CONNECT_INVALID_PARAMETERS, SUBSYSTEM_NQN_FIELD);
    }
    String hostNqn = data.hostNqn();
    if (hostNqn == null) {
      return refused(NvmeStatus.CONNECT_INVALID_PARAMETERS, HOST_NQN_FIELD);
    }
    int entries = (entry.cdw11() & 0xFFFF) + 1;
    if (entries < 2) {
      return refused(NvmeStatus.CONNECT_INVALID_PARAMETERS, QUEUE_SIZE_FIELD);
    }
    boolean withoutFlowControl = (entry.cdw11() >>> 16 & ATTRIBUTE_NO_FLOW_CONTROL) != 0;
    HostIdentity host = HostIdentity.nvme(hostNqn, data.hostIdHigh(), data.hostIdLow());
    return new ConnectRequest(
        NvmeStatus.SUCCESS,
        0,
        entry.cdw10() >>> 16,
        entries,
        withoutFlowControl,
        Integer.toUnsignedLong(entry.cdw12()),
        data.controllerId(),
        host,
        subsystemNqn);
  }

  private static ConnectRequest refused(int status, long result) {
    return new ConnectRequest(status, result, 0, 0, false, 0, 0, null, null);
  }
}
