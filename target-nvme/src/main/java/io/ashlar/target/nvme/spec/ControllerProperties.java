package io.ashlar.target.nvme.spec;

/// The controller's properties that exist over fabrics (Base 2.0, 3.1.3), their offsets and bits.
public final class ControllerProperties {
  public static final int CAPABILITIES_OFFSET = 0x00;
  public static final int VERSION_OFFSET = 0x08;
  public static final int CONFIGURATION_OFFSET = 0x14;
  public static final int STATUS_OFFSET = 0x1C;
  public static final int READY_TIMEOUTS_OFFSET = 0x68;

  /// 2.0.0.
  public static final int VERSION = 0x0002_0000;

  /// How long a host should wait for the controller to become ready: 10 s in units of 500 ms.
  public static final int READY_TIMEOUT_UNITS = 20;

  public static final int CC_ENABLE = 1;
  public static final int CC_COMMAND_SET_SHIFT = 4;
  public static final int CC_COMMAND_SET_MASK = 0x7;
  public static final int CC_COMMAND_SET_NVM = 0;
  public static final int CC_COMMAND_SET_ALL = 6;
  public static final int CC_PAGE_SIZE_SHIFT = 7;
  public static final int CC_PAGE_SIZE_MASK = 0xF;
  public static final int CC_ARBITRATION_SHIFT = 11;
  public static final int CC_ARBITRATION_MASK = 0x7;
  public static final int CC_SHUTDOWN_SHIFT = 14;
  public static final int CC_SHUTDOWN_MASK = 0x3;
  public static final int CC_SQ_ENTRY_SHIFT = 16;
  public static final int CC_CQ_ENTRY_SHIFT = 20;
  public static final int CC_ENTRY_MASK = 0xF;

  public static final int CSTS_READY = 1;
  public static final int CSTS_FATAL = 1 << 1;
  public static final int CSTS_SHUTDOWN_COMPLETE = 2 << 2;

  private static final long CAP_CONTIGUOUS_QUEUES = 1L << 16;
  private static final int CAP_TIMEOUT_SHIFT = 24;
  private static final long CAP_COMMAND_SET_NVM = 1L << 37;
  private static final long CAP_COMMAND_SETS = 1L << 43;
  private static final long CAP_READY_WITH_MEDIA = 1L << 59;

  private ControllerProperties() {}

  /// The capabilities property of a controller whose queues hold up to `queueEntriesMax` entries.
  public static long capabilities(int queueEntriesMax) {
    return (queueEntriesMax - 1)
        | CAP_CONTIGUOUS_QUEUES
        | (long) READY_TIMEOUT_UNITS << CAP_TIMEOUT_SHIFT
        | CAP_COMMAND_SET_NVM
        | CAP_COMMAND_SETS
        | CAP_READY_WITH_MEDIA;
  }
}
