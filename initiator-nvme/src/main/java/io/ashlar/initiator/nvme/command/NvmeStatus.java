package io.ashlar.initiator.nvme.command;

/// Status codes in words (NVM Express Base Specification 2.0 §4.2.3). A status here is what
/// [io.ashlar.initiator.nvme.wire.ResponseCapsule#status] gives: SC in bits 7:0, SCT in bits 10:8,
/// Do Not Retry in bit 14.
public enum NvmeStatus {
  SUCCESS(0x000, "done"),
  INVALID_OPCODE(0x001, "the controller does not know this command"),
  INVALID_FIELD(0x002, "a field of the command is invalid"),
  COMMAND_ID_CONFLICT(0x003, "the command identifier is in use"),
  DATA_TRANSFER_ERROR(0x004, "the data could not be transferred"),
  INTERNAL_ERROR(0x006, "the controller had an internal error"),
  ABORT_REQUESTED(0x007, "the command was aborted on request"),
  SUBMISSION_QUEUE_DELETED(0x008, "the queue was deleted"),
  FAILED_FUSED(0x009, "the other half of the fused pair failed"),
  MISSING_FUSED(0x00A, "the other half of the fused pair is missing"),
  INVALID_NAMESPACE(0x00B, "there is no such namespace"),
  COMMAND_SEQUENCE_ERROR(0x00C, "the command came out of sequence"),
  INVALID_SGL_DESCRIPTOR(0x00D, "the SGL descriptor is invalid"),
  DATA_SGL_LENGTH_INVALID(0x00F, "the SGL's length does not fit the command"),
  SGL_TYPE_INVALID(0x011, "the SGL descriptor's type is not supported here"),
  INVALID_CONTROLLER_DATA_POINTER(0x013, "the data pointer is invalid"),
  OPERATION_DENIED(0x015, "the operation is denied"),
  SGL_OFFSET_INVALID(0x016, "the SGL's offset is invalid"),
  HOST_ID_FORMAT(0x018, "the host identifier's format does not agree with others"),
  KEEP_ALIVE_EXPIRED(0x019, "the keep alive timer expired"),
  KEEP_ALIVE_INVALID(0x01A, "the keep alive timeout is invalid"),
  ABORTED_BY_PREEMPT(0x01B, "the command was aborted by preempt and abort"),
  NAMESPACE_WRITE_PROTECTED(0x020, "the namespace is write protected"),
  INTERRUPTED(0x021, "the controller asks to try again"),
  TRANSIENT_TRANSPORT_ERROR(0x022, "the transport had a passing error"),
  LBA_OUT_OF_RANGE(0x080, "the range ends beyond the namespace"),
  CAPACITY_EXCEEDED(0x081, "the pool has no room for this write"),
  NAMESPACE_NOT_READY(0x082, "the namespace is not ready"),
  RESERVATION_CONFLICT(0x083, "another host holds a reservation"),
  INVALID_QUEUE_ID(0x101, "the queue identifier is invalid"),
  INVALID_QUEUE_SIZE(0x102, "the queue size is invalid"),
  ABORT_LIMIT(0x103, "too many Abort commands are outstanding"),
  ASYNC_EVENT_LIMIT(0x105, "too many asynchronous event requests are outstanding"),
  INVALID_LOG_PAGE(0x109, "there is no such log page"),
  FEATURE_NOT_SAVEABLE(0x10D, "the feature cannot be saved"),
  FEATURE_NOT_CHANGEABLE(0x10E, "the feature cannot be changed"),
  INCOMPATIBLE_FORMAT(0x180, "the Connect record format is not supported"),
  CONTROLLER_BUSY(0x181, "the controller is taken"),
  CONNECT_INVALID_PARAMETERS(0x182, "a Connect parameter is invalid: check the subsystem's name"),
  COMMAND_SIZE_LIMIT(0x183, "the ranges are too many or too long, or Connect must discover again"),
  CONNECT_INVALID_HOST(0x184, "the subsystem does not let this host in: check the allow-list"),
  AUTHENTICATION_REQUIRED(0x191, "the host must authenticate first"),
  WRITE_FAULT(0x280, "the medium could not be written"),
  UNRECOVERED_READ_ERROR(0x281, "the medium could not be read"),
  COMPARE_FAILURE(0x285, "the data differs"),
  ACCESS_DENIED(0x286, "access is denied"),
  DEALLOCATED_BLOCK(0x287, "the block is deallocated or was never written"),
  ASYMMETRIC_ACCESS_INACCESSIBLE(0x302, "the namespace is not accessible through this controller"),
  HOST_PATHING_ERROR(0x370, "the connection was lost"),
  ABORTED_BY_HOST(0x371, "the host gave the command up");

  /// SC and SCT without the More, retry-delay and Do Not Retry bits.
  public static final int CODE_MASK = 0x7FF;

  /// Do Not Retry.
  public static final int DO_NOT_RETRY = 1 << 14;

  private final int code;
  private final String sentence;

  NvmeStatus(int code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  public int code() {
    return code;
  }

  /// Whether a status as received carries this code.
  public boolean is(int status) {
    return (status & CODE_MASK) == code;
  }

  /// A status in words, with its figures: "the range ends beyond the namespace (SCT 0h SC 80h)".
  public static String describe(int status) {
    int code = status & CODE_MASK;
    String figures = " (SCT %xh SC %02xh)".formatted(code >>> 8, code & 0xFF);
    for (NvmeStatus each : values()) {
      if (each.code == code) {
        return each.sentence + figures;
      }
    }
    return "the controller answered a status this host does not know" + figures;
  }
}
