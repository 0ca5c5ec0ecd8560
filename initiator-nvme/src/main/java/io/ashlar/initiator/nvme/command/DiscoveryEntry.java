package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;

/// One entry of the discovery log page: a subsystem and a place to reach it (NVM Express Base
/// Specification 2.0 §5.16.1.23).
///
/// ```
/// log header: 0 genctr  8 numrec  16 recfmt … 1024
/// entry:      0 trtype  1 adrfam  2 subtype  3 treq  4 portid  6 cntlid  8 asqsz
///             32 trsvcid(32)  256 subnqn(256)  512 traddr(256)  768 tsas(256)
/// ```
///
/// @param transportType 3 is TCP
/// @param addressFamily 1 is IPv4, 2 IPv6
/// @param subsystemType 1 referral, 2 NVM subsystem, 3 this discovery subsystem
/// @param adminQueueMax ASQSZ
/// @param service TRSVCID: the TCP port as text
public record DiscoveryEntry(
    int transportType,
    int addressFamily,
    int subsystemType,
    int portId,
    int controllerId,
    int adminQueueMax,
    String subsystemNqn,
    String address,
    String service) {
  public static final int HEADER_LENGTH = 1024;
  public static final int LENGTH = 1024;
  public static final int RECORD_COUNT_OFFSET = 8;

  public static final int TRANSPORT_TCP = 3;
  public static final int SUBSYSTEM_NVM = 2;

  private static final int PORT_ID_OFFSET = 4;
  private static final int CONTROLLER_ID_OFFSET = PORT_ID_OFFSET + Short.BYTES;
  private static final int ADMIN_QUEUE_OFFSET = CONTROLLER_ID_OFFSET + Short.BYTES;
  private static final int SERVICE_OFFSET = 32;
  private static final int SUBSYSTEM_NQN_OFFSET = 256;
  private static final int ADDRESS_OFFSET = 512;

  /// Reads the entry that starts at `at`.
  public static DiscoveryEntry read(ByteBuffer from, int at) {
    return new DiscoveryEntry(
        from.get(at) & 0xFF,
        from.get(at + 1) & 0xFF,
        from.get(at + 2) & 0xFF,
        from.getShort(at + PORT_ID_OFFSET) & 0xFFFF,
        from.getShort(at + CONTROLLER_ID_OFFSET) & 0xFFFF,
        from.getShort(at + ADMIN_QUEUE_OFFSET) & 0xFFFF,
        ControllerIdentity.text(from, at + SUBSYSTEM_NQN_OFFSET, 256),
        ControllerIdentity.text(from, at + ADDRESS_OFFSET, 256),
        ControllerIdentity.text(from, at + SERVICE_OFFSET, 32));
  }
}
