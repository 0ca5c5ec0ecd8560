package io.ashlar.core.reservation;

import io.ashlar.core.base.Check;
import java.nio.charset.StandardCharsets;

/// Who holds a registration: an NVMe host, or a SCSI initiator port.
///
/// @param protocol hosts of two protocols are never the same
/// @param name the host's NQN, or the initiator's iSCSI name
/// @param idHigh the first half of the NVMe host identifier; 0 for iSCSI
/// @param idLow the second half of the NVMe host identifier, or the ISID
public record HostIdentity(Protocol protocol, String name, long idHigh, long idLow) {
  /// The longest name that NVMe (NQN) and RFC 7143 (iSCSI name) allow, in UTF-8.
  public static final int NAME_BYTES_MAX = 223;

  static final int ISID_BITS = 48;

  /// What the host speaks.
  public enum Protocol {
    /// Known by host identifier and NQN. The specification goes by the identifier alone; with the
    /// name beside it no host can take another's registration by claiming its identifier.
    NVME,
    /// Known by iSCSI name and ISID, which make up the SCSI initiator port.
    ISCSI
  }

  public HostIdentity {
    int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
    Check.that(nameBytes > 0 && nameBytes <= NAME_BYTES_MAX, "host name in bounds", nameBytes);
  }

  /// @param hostIdHigh bytes 0 to 7 of the host identifier, and so on, in any one byte order
  public static HostIdentity nvme(String hostNqn, long hostIdHigh, long hostIdLow) {
    return new HostIdentity(Protocol.NVME, hostNqn, hostIdHigh, hostIdLow);
  }

  /// @param isid the 6 bytes of the initiator session identifier
  public static HostIdentity iscsi(String initiatorName, long isid) {
    Check.that(isid >>> ISID_BITS == 0, "an ISID has 48 bits", isid);
    return new HostIdentity(Protocol.ISCSI, initiatorName, 0, isid);
  }
}
