package io.ashlar.target.nvme.spec;

/// Status codes (Base 2.0, 3.3.3.2; NVM Command Set 1.0, 3.1): `type << 8 | code`.
public final class NvmeStatus {
  public static final int SUCCESS = 0x000;

  public static final int INVALID_OPCODE = 0x001;
  public static final int INVALID_FIELD = 0x002;
  public static final int COMMAND_ID_CONFLICT = 0x003;
  public static final int DATA_TRANSFER_ERROR = 0x004;
  public static final int INTERNAL_ERROR = 0x006;
  public static final int ABORT_REQUESTED = 0x007;
  public static final int ABORTED_SQ_DELETION = 0x008;
  public static final int ABORTED_FAILED_FUSED = 0x009;
  public static final int ABORTED_MISSING_FUSED = 0x00A;
  public static final int INVALID_NAMESPACE = 0x00B;
  public static final int COMMAND_SEQUENCE_ERROR = 0x00C;
  public static final int INVALID_SGL_SEGMENT = 0x00D;
  public static final int INVALID_SGL_COUNT = 0x00E;
  public static final int DATA_SGL_LENGTH_INVALID = 0x00F;
  public static final int SGL_TYPE_INVALID = 0x011;
  public static final int ATOMIC_WRITE_UNIT_EXCEEDED = 0x014;
  public static final int SGL_OFFSET_INVALID = 0x016;
  public static final int HOST_IDENTIFIER_INCONSISTENT = 0x018;
  public static final int KEEP_ALIVE_TIMEOUT_INVALID = 0x01A;
  public static final int ABORTED_BY_PREEMPTION = 0x01B;
  public static final int TRANSIENT_TRANSPORT_ERROR = 0x022;
  public static final int INVALID_IO_COMMAND_SET = 0x02C;

  public static final int LBA_OUT_OF_RANGE = 0x080;
  public static final int CAPACITY_EXCEEDED = 0x081;
  public static final int NAMESPACE_NOT_READY = 0x082;
  public static final int RESERVATION_CONFLICT = 0x083;

  public static final int ABORT_LIMIT_EXCEEDED = 0x103;
  public static final int ASYNC_EVENT_LIMIT_EXCEEDED = 0x105;
  public static final int INVALID_LOG_PAGE = 0x109;
  public static final int FEATURE_NOT_SAVEABLE = 0x10D;
  public static final int FEATURE_NOT_CHANGEABLE = 0x10E;
  public static final int FEATURE_NOT_NAMESPACE_SPECIFIC = 0x10F;
  public static final int CONNECT_INCOMPATIBLE_FORMAT = 0x180;
  public static final int CONNECT_CONTROLLER_BUSY = 0x181;
  public static final int CONNECT_INVALID_PARAMETERS = 0x182;
  public static final int CONNECT_INVALID_HOST = 0x184;

  /// NVM command set: of Copy (NVM 1.0, 3.2.2).
  public static final int COMMAND_SIZE_LIMIT_EXCEEDED = 0x183;

  public static final int WRITE_FAULT = 0x280;
  public static final int UNRECOVERED_READ_ERROR = 0x281;
  public static final int COMPARE_FAILURE = 0x285;

  public static final int INTERNAL_PATH_ERROR = 0x300;
  public static final int ANA_INACCESSIBLE = 0x302;
  public static final int ABORTED_BY_HOST = 0x371;

  private static final int DO_NOT_RETRY = 1 << 14;

  private NvmeStatus() {}

  /// The status field as it lies in a completion's last two bytes: do-not-retry is set where the
  /// same command would fail the same way again; the phase bit is not used over fabrics.
  public static int wireField(int status) {
    return (isTransient(status) ? status : status | DO_NOT_RETRY) << 1;
  }

  private static boolean isTransient(int status) {
    return switch (status) {
      case SUCCESS,
          DATA_TRANSFER_ERROR,
          INTERNAL_ERROR,
          ABORT_REQUESTED,
          ABORTED_SQ_DELETION,
          ABORTED_BY_PREEMPTION,
          TRANSIENT_TRANSPORT_ERROR,
          NAMESPACE_NOT_READY,
          CONNECT_CONTROLLER_BUSY,
          INTERNAL_PATH_ERROR,
          ANA_INACCESSIBLE,
          ABORTED_BY_HOST ->
          true;
      default -> false;
    };
  }
}
