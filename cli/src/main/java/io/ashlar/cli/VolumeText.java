package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.io.PrintWriter;
import java.util.List;

/// Volumes as text for people, with commands to paste.
final class VolumeText {
  private static final String NONE = "-";

  private VolumeText() {}

  static void list(List<VolumeInfo> volumes, Printer printer, PrintWriter out) {
    Table table =
        printer.isWide()
            ? new Table(
                "NAME", "SIZE", "BLOCK", "ENCRYPTED", "COMPRESSED", "HOSTS", "CONNECTED", "ID")
            : new Table("NAME", "SIZE", "HOSTS");
    for (VolumeInfo volume : volumes) {
      String size = ByteSize.format(volume.sizeBytes());
      String hosts = hostCount(volume.hosts());
      if (printer.isWide()) {
        table.row(
            volume.name(),
            size,
            Integer.toString(volume.logicalBlockBytes()),
            yesNo(volume.encrypted()),
            yesNo(volume.compressed()),
            hosts,
            Integer.toString(volume.connected().size()),
            volume.id());
      } else {
        table.row(volume.name(), size, hosts);
      }
    }
    table.print(out);
  }

  static void details(VolumeInfo volume, PrintWriter out) {
    new Fields()
        .add("Volume", volume.name())
        .add("Id", volume.id())
        .add("Size", ByteSize.format(volume.sizeBytes()))
        .add("Block", volume.logicalBlockBytes() + " bytes")
        .add("Encrypted", yesNo(volume.encrypted()))
        .add("Compressed", yesNo(volume.compressed()))
        .add("Limits", limits(volume.qos()))
        .add("Hosts", hosts(volume.hosts()))
        .add(
            "Connected",
            volume.connected().isEmpty() ? "nobody" : String.join(", ", volume.connected()))
        .add("NVMe", orNone(volume.exports().nvmeSubsystem()))
        .add("iSCSI", orNone(volume.exports().iscsiTarget()))
        .print(out);
    List<String> commands = ConnectCommands.of(volume);
    if (!commands.isEmpty()) {
      out.println();
      out.println("Connect a host with one of:");
      commands.forEach(command -> out.println("  " + command));
    }
  }

  private static String hostCount(List<String> hosts) {
    if (isNobody(hosts)) {
      return "none";
    }
    return hosts.isEmpty() ? "any" : Integer.toString(hosts.size());
  }

  private static String hosts(List<String> hosts) {
    if (isNobody(hosts)) {
      return "none; let one in with 'ashlar host allow'";
    }
    return hosts.isEmpty() ? "any" : String.join(", ", hosts);
  }

  private static boolean isNobody(List<String> hosts) {
    return hosts.equals(List.of(VolumeSpec.NO_HOST));
  }

  private static String limits(QosLimits qos) {
    if (qos.iops() == 0 && qos.bytesPerSecond() == 0) {
      return "none";
    }
    String iops = qos.iops() == 0 ? "any IOPS" : qos.iops() + " IOPS";
    String rate =
        qos.bytesPerSecond() == 0 ? "any bandwidth" : ByteSize.format(qos.bytesPerSecond()) + "/s";
    return iops + ", " + rate + ", burst " + qos.burstMillis() + " ms";
  }

  private static String yesNo(boolean fact) {
    return fact ? "yes" : "no";
  }

  private static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }
}
