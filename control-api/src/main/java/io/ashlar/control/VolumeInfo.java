package io.ashlar.control;

import java.util.List;

/// A volume as the node reports it.
///
/// @param id its identity for ever (a UUID)
/// @param name its name, unique on the node
/// @param sizeBytes capacity as hosts see it
/// @param logicalBlockBytes 4096 or 512
/// @param encrypted whether blocks are sealed
/// @param compressed whether blocks are compressed where it pays
/// @param qos limits
/// @param hosts NQNs and IQNs that may connect; empty admits every host that reaches the listener
/// @param connected NQNs and IQNs of the hosts that are connected now
/// @param exports how hosts reach it
public record VolumeInfo(
    String id,
    String name,
    long sizeBytes,
    int logicalBlockBytes,
    boolean encrypted,
    boolean compressed,
    QosLimits qos,
    List<String> hosts,
    List<String> connected,
    Exports exports) {
  public VolumeInfo {
    hosts = List.copyOf(hosts);
    connected = List.copyOf(connected);
  }

  /// How hosts reach a volume.
  ///
  /// @param nvmeSubsystem the NQN of the subsystem whose namespace 1 is the volume
  /// @param nvmeAddresses `address:port` of its NVMe/TCP listeners
  /// @param iscsiTarget the IQN of the target whose LUN 0 is the volume
  /// @param iscsiPortals `address:port` of its iSCSI portals
  public record Exports(
      String nvmeSubsystem,
      List<String> nvmeAddresses,
      String iscsiTarget,
      List<String> iscsiPortals) {
    public Exports {
      nvmeAddresses = List.copyOf(nvmeAddresses);
      iscsiPortals = List.copyOf(iscsiPortals);
    }
  }
}
