package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// The fabrics commands (NVM Express Base Specification 2.0 §6) and the data of Connect.
///
/// ```
/// Connect data
/// 0        16       18         256      512       768        1024
/// +--------+--------+----------+--------+---------+----------+
/// | hostid | cntlid | reserved | subnqn | hostnqn | reserved |
/// +--------+--------+----------+--------+---------+----------+
/// ```
public final class FabricsCommands {
  public static final int OPCODE = 0x7F;
  public static final int TYPE_PROPERTY_SET = 0x00;
  public static final int TYPE_CONNECT = 0x01;
  public static final int TYPE_PROPERTY_GET = 0x04;

  public static final int HOST_ID_OFFSET = 0;
  public static final int CONTROLLER_ID_OFFSET = HOST_ID_OFFSET + 16;
  public static final int SUBSYSTEM_NQN_OFFSET = 256;
  public static final int HOST_NQN_OFFSET = 512;
  public static final int CONNECT_DATA_LENGTH = 1024;

  /// An NQN's longest form in bytes, without its terminating zero.
  public static final int NQN_LENGTH_MAX = 223;

  /// Asks for a new controller, whichever the subsystem gives.
  public static final int CONTROLLER_ID_ANY = 0xFFFF;

  public static final String DISCOVERY_NQN = "nqn.2014-08.org.nvmexpress.discovery";

  public static final int PROPERTY_CAPABILITIES = 0x00;
  public static final int PROPERTY_VERSION = 0x08;
  public static final int PROPERTY_CONFIGURATION = 0x14;
  public static final int PROPERTY_STATUS = 0x1C;

  /// CC.EN with 64-byte submission and 16-byte completion entries (IOSQES 6, IOCQES 4).
  public static final int CONFIGURATION_ENABLE = (4 << 20) | (6 << 16) | 1;

  /// CC.SHN 01b: a normal shutdown.
  public static final int CONFIGURATION_SHUTDOWN = 1 << 14;

  public static final int STATUS_READY = 1;
  public static final int STATUS_FATAL = 1 << 1;
  public static final int STATUS_SHUTDOWN_MASK = 3 << 2;
  public static final int STATUS_SHUTDOWN_COMPLETE = 2 << 2;

  private FabricsCommands() {}

  /// @param queueSize entries of the submission queue
  /// @param keepAliveMs the keep alive timeout; admin queue only, else 0
  public static void connect(SubmissionEntry entry, int queueId, int queueSize, int keepAliveMs) {
    entry
        .begin(OPCODE, TYPE_CONNECT)
        .dword(10, queueId << 16)
        .dword(11, queueSize - 1)
        .dword(12, keepAliveMs);
  }

  /// Writes Connect's data from offset 0.
  public static void putConnectData(
      ByteBuffer to, UUID hostId, int controllerId, String subsystemNqn, String hostNqn) {
    for (int i = 0; i < CONNECT_DATA_LENGTH; i += Long.BYTES) {
      to.putLong(i, 0);
    }
    to.putLong(HOST_ID_OFFSET, Long.reverseBytes(hostId.getMostSignificantBits()));
    to.putLong(HOST_ID_OFFSET + 8, Long.reverseBytes(hostId.getLeastSignificantBits()));
    to.putShort(CONTROLLER_ID_OFFSET, (short) controllerId);
    putNqn(to, SUBSYSTEM_NQN_OFFSET, subsystemNqn);
    putNqn(to, HOST_NQN_OFFSET, hostNqn);
  }

  private static void putNqn(ByteBuffer to, int at, String nqn) {
    byte[] utf8 = nqn.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > NQN_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "An NQN is at most 223 bytes long; this one has " + utf8.length + ": " + nqn);
    }
    to.put(at, utf8);
  }

  /// Reads a property of 8 bytes (capabilities) or 4 (all others).
  public static void propertyGet(SubmissionEntry entry, int property) {
    entry.begin(OPCODE, TYPE_PROPERTY_GET).dword(10, sizeOf(property)).dword(11, property);
  }

  public static void propertySet(SubmissionEntry entry, int property, long value) {
    entry
        .begin(OPCODE, TYPE_PROPERTY_SET)
        .dword(10, sizeOf(property))
        .dword(11, property)
        .quad(12, value);
  }

  private static int sizeOf(int property) {
    return property == PROPERTY_CAPABILITIES ? 1 : 0;
  }
}
