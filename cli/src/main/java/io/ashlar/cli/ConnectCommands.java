package io.ashlar.cli;

import io.ashlar.control.VolumeInfo;
import java.util.ArrayList;
import java.util.List;

/// The commands that attach a volume to a host, ready to paste.
final class ConnectCommands {
  private ConnectCommands() {}

  static List<String> of(VolumeInfo volume) {
    List<String> commands = new ArrayList<>();
    VolumeInfo.Exports exports = volume.exports();
    for (String address : exports.nvmeAddresses()) {
      commands.add(
          "nvme connect -t tcp -a %s -s %s -n %s"
              .formatted(host(address), port(address), exports.nvmeSubsystem()));
    }
    for (String portal : exports.iscsiPortals()) {
      commands.add("iscsiadm -m discovery -t sendtargets -p " + portal);
      commands.add("iscsiadm -m node -T " + exports.iscsiTarget() + " -p " + portal + " --login");
      commands.add("qemu-img info iscsi://" + portal + "/" + exports.iscsiTarget() + "/0");
    }
    return commands;
  }

  /// The host of `address:port`, an IPv6 address without its brackets.
  private static String host(String address) {
    String host = address.substring(0, address.lastIndexOf(':'));
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':') + 1);
  }
}
