package io.ashlar.daemon.volume;

import io.ashlar.control.VolumeInfo;
import io.ashlar.core.volume.VolumeId;
import java.util.List;
import java.util.function.Supplier;

/// The names under which hosts find volumes. They are made of the volume's id, so that they outlive
/// renames and are the same on every node.
public final class ExportNames {
  private static final String NQN_PREFIX = "nqn.2026-11.io.ashlar:";
  private static final String IQN_PREFIX = "iqn.2026-11.io.ashlar:";

  private final Supplier<List<String>> nvmeAddresses;
  private final Supplier<List<String>> iscsiPortals;

  /// @param nvmeAddresses `address:port` of the NVMe/TCP listeners; empty if it is not served
  /// @param iscsiPortals `address:port` of the portals; empty if it is not served
  public ExportNames(List<String> nvmeAddresses, List<String> iscsiPortals) {
    this(() -> nvmeAddresses, () -> iscsiPortals);
  }

  /// Of listeners that open later.
  public ExportNames(Supplier<List<String>> nvmeAddresses, Supplier<List<String>> iscsiPortals) {
    this.nvmeAddresses = nvmeAddresses;
    this.iscsiPortals = iscsiPortals;
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
    List<String> nvme = nvmeAddresses.get();
    List<String> iscsi = iscsiPortals.get();
    return new VolumeInfo.Exports(
        nvme.isEmpty() ? "" : nqn(id), nvme, iscsi.isEmpty() ? "" : iqn(id), iscsi);
  }
}
