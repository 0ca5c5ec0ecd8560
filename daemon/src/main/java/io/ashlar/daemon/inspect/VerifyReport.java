package io.ashlar.daemon.inspect;

import io.ashlar.control.ByteSize;
import io.ashlar.core.offline.DeviceAudit;
import java.io.PrintWriter;
import java.util.List;

/// What `ashlar inspect --verify` found.
///
/// @param bytes that were read
/// @param groups in the present lives of all segments
/// @param durableThrough the highest group that some header says was durable
/// @param damages a sentence each, with device, segment and offset; empty if the device is sound
/// @param moreDamages how many there are beyond those
public record VerifyReport(
    String device,
    boolean sound,
    long bytes,
    long groups,
    long records,
    long durableThrough,
    List<String> damages,
    long moreDamages) {
  static VerifyReport of(String device, long bytes, DeviceAudit audit) {
    List<String> damages = List.copyOf(audit.damages());
    return new VerifyReport(
        device,
        damages.isEmpty(),
        bytes,
        audit.groups(),
        audit.records(),
        audit.durableThrough(),
        damages,
        audit.unnamed());
  }

  void print(PrintWriter out) {
    out.printf(
        "Read %s of %s: both superblocks, the checkpoint, and %d groups with %d records, durable through group %d.%n",
        ByteSize.format(bytes), device, groups, records, durableThrough);
    damages.forEach(each -> out.println("Damaged: " + each + "."));
    if (moreDamages > 0) {
      out.println("Damaged: " + moreDamages + " more.");
    }
    out.println(
        sound
            ? "Every checksum holds."
            : "%d place(s) are damaged. Data that is dead already counts too; 'ashlar salvage' copies what is readable."
                .formatted(damages.size() + moreDamages));
  }
}
