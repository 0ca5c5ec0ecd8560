package io.ashlar.daemon.disk;

import io.ashlar.control.PoolInfo.Smart;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `smartctl --json` answers, of an ATA, SCSI or NVMe disk. It is another program's output:
/// what is missing or of another kind is taken as not known.
final class SmartctlReport {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ATA_REALLOCATED = 5;
  private static final int ATA_PENDING = 197;
  private static final int ATA_UNCORRECTABLE = 198;
  private static final int WORN_OUT_PERCENT = 100;

  private SmartctlReport() {}

  static Smart read(byte[] json) {
    JsonNode report;
    try {
      report = MAPPER.readTree(json);
    } catch (JacksonException garbled) {
      return Smart.none("smartctl's answer cannot be read");
    }
    JsonNode nvme = report.path("nvme_smart_health_information_log");
    JsonNode verdict = report.path("smart_status").path("passed");
    if (!verdict.isBoolean() && nvme.isMissingNode()) {
      return Smart.none("smartctl says: " + messages(report));
    }
    int used =
        number(nvme.path("percentage_used"), report.path("endurance_used").path("current_percent"));
    int spare =
        number(
            nvme.path("available_spare"), report.path("spare_available").path("current_percent"));
    long errors = number(nvme.path("media_errors"), report.path("scsi_grown_defect_list"));
    return new Smart(
        true,
        "read by smartctl",
        used,
        spare,
        number(report.path("temperature").path("current"), nvme.path("temperature")),
        errors == Smart.UNKNOWN ? ataErrors(report) : errors,
        warnings(verdict, used));
  }

  private static String messages(JsonNode report) {
    List<String> words = new ArrayList<>();
    report.path("smartctl").path("messages").forEach(each -> words.add(text(each.path("string"))));
    return words.isEmpty() ? "the disk keeps no log" : String.join("; ", words);
  }

  private static String text(JsonNode node) {
    return node.isString() ? node.asString() : "";
  }

  private static int number(JsonNode first, JsonNode second) {
    JsonNode node = first.isIntegralNumber() ? first : second;
    return node.isIntegralNumber() && node.canConvertToInt() ? node.asInt() : Smart.UNKNOWN;
  }

  /// Sectors that an ATA disk moved, could not read, or could not correct.
  private static long ataErrors(JsonNode report) {
    long errors = Smart.UNKNOWN;
    for (JsonNode attribute : report.path("ata_smart_attributes").path("table")) {
      int id = number(attribute.path("id"), attribute.path("id"));
      JsonNode raw = attribute.path("raw").path("value");
      boolean counts = id == ATA_REALLOCATED || id == ATA_PENDING || id == ATA_UNCORRECTABLE;
      if (counts && raw.isIntegralNumber() && raw.canConvertToLong()) {
        errors = Math.max(0, errors) + raw.asLong();
      }
    }
    return errors;
  }

  private static List<String> warnings(JsonNode verdict, int usedPercent) {
    List<String> words = new ArrayList<>();
    if (verdict.isBoolean() && !verdict.asBoolean()) {
      words.add("it expects to fail soon");
    }
    if (usedPercent >= WORN_OUT_PERCENT) {
      words.add("its rated life is used up (" + usedPercent + " %)");
    }
    return words;
  }
}
