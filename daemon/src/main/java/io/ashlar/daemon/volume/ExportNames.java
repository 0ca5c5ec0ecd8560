package io.ashlar.daemon.volume;

import io.ashlar.control.VolumeInfo;
import io.ashlar.core.volume.VolumeId;
import java.util.List;

/// The names under which hosts find volumes. They are made of the volume's id, so that they outlive
/// renames and are the same on every node.
public final class ExportNames {
  private static final String NQN_PREFIX = "nqn.2026-11.io.ashlar:";
  private static final String IQN_PREFIX = "iqn.2026-11.io.ashlar:";

  private final List<String> nvmeAddresses;
  private final List<String> iscsiPortals;

  /// @param nvmeAddresses `address:port` of the NVMe/TCP listeners; empty if it is not served
  /// @param iscsiPortals `address:port` of the portals; empty if it is not served
  public ExportNames(List<String> nvmeAddresses, List<String> iscsiPortals) {
    this.nvmeAddresses = List.copyOf(nvmeAddresses);
    this.iscsiPortals = List.copyOf(iscsiPortals);
  }

  /// The NQN of the subsystem that holds the volume.
  public static String nqn(VolumeId id) {
    return NQN_PREFIX + id;
  }

  /// The IQN of the target that holds the volume.
  public static String iqn(VolumeId id) {
    return IQN_PREFIX + id;
  }

  VolumeInfo.Exports of(VolumeId id) {
    return new VolumeInfo.Exports(
        nvmeAddresses.isEmpty() ? "" : nqn(id),
        nvmeAddresses,
        iscsiPortals.isEmpty() ? "" : iqn(id),
        iscsiPortals);
  }
}
