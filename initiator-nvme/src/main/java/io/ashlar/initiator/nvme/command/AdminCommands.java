package io.ashlar.initiator.nvme.command;

/// The admin commands a fabrics host needs (NVM Express Base Specification 2.0 §5).
public final class AdminCommands {
  public static final int GET_LOG_PAGE = 0x02;
  public static final int IDENTIFY = 0x06;
  public static final int ABORT = 0x08;
  public static final int SET_FEATURES = 0x09;
  public static final int GET_FEATURES = 0x0A;
  public static final int ASYNC_EVENT_REQUEST = 0x0C;
  public static final int KEEP_ALIVE = 0x18;

  public static final int CNS_NAMESPACE = 0x00;
  public static final int CNS_CONTROLLER = 0x01;
  public static final int CNS_ACTIVE_NAMESPACES = 0x02;
  public static final int CNS_NAMESPACE_DESCRIPTORS = 0x03;
  public static final int IDENTIFY_LENGTH = 4096;

  public static final int LOG_ERROR = 0x01;
  public static final int LOG_SMART = 0x02;
  public static final int LOG_FIRMWARE = 0x03;
  public static final int LOG_CHANGED_NAMESPACES = 0x04;
  public static final int LOG_COMMANDS_SUPPORTED = 0x05;
  public static final int LOG_ANA = 0x0C;
  public static final int LOG_DISCOVERY = 0x70;
  public static final int LOG_RESERVATION = 0x80;

  public static final int FEATURE_NUMBER_OF_QUEUES = 0x07;
  public static final int FEATURE_ASYNC_EVENTS = 0x0B;
  public static final int FEATURE_KEEP_ALIVE_TIMER = 0x0F;
  public static final int FEATURE_HOST_IDENTIFIER = 0x81;
  public static final int FEATURE_RESERVATION_PERSISTENCE = 0x83;

  private AdminCommands() {}

  /// @param cns one of the `CNS_` constants; the data is [#IDENTIFY_LENGTH] bytes
  public static void identify(SubmissionEntry entry, int cns, int nsid) {
    entry.begin(IDENTIFY, nsid).dword(10, cns);
  }

  /// @param logId one of the `LOG_` constants
  /// @param offsetBytes where in the log to start, a multiple of 4
  /// @param lengthBytes a multiple of 4
  public static void getLogPage(
      SubmissionEntry entry, int logId, int nsid, long offsetBytes, int lengthBytes) {
    int dwords = lengthBytes / Integer.BYTES - 1;
    entry
        .begin(GET_LOG_PAGE, nsid)
        .dword(10, logId | (dwords << 16))
        .dword(11, dwords >>> 16)
        .quad(12, offsetBytes);
  }

  public static void getFeatures(SubmissionEntry entry, int feature, int nsid) {
    entry.begin(GET_FEATURES, nsid).dword(10, feature);
  }

  public static void setFeatures(SubmissionEntry entry, int feature, int nsid, int value) {
    entry.begin(SET_FEATURES, nsid).dword(10, feature).dword(11, value);
  }

  /// Asks for as many submission as completion queues.
  public static void setNumberOfQueues(SubmissionEntry entry, int queues) {
    setFeatures(entry, FEATURE_NUMBER_OF_QUEUES, 0, ((queues - 1) << 16) | (queues - 1));
  }

  public static void abort(SubmissionEntry entry, int queueId, int commandId) {
    entry.begin(ABORT, 0).dword(10, (commandId << 16) | queueId);
  }

  public static void asyncEventRequest(SubmissionEntry entry) {
    entry.begin(ASYNC_EVENT_REQUEST, 0);
  }

  public static void keepAlive(SubmissionEntry entry) {
    entry.begin(KEEP_ALIVE, 0);
  }
}
