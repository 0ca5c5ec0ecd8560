package io.ashlar.nvme.local;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/// An NVMe controller's SMART / Health Information log page (NVM Express Base Specification, log
/// page 02h).
///
/// ```
/// 0        1             3       4         5      6         32           48              64
/// +--------+-------------+-------+---------+------+-- - - --+------------+---------------+- -
/// |warning | temperature | spare | thresh. | used | reserved| data read  | data written  |
/// ```
///
/// @param criticalWarning the warning bits, 0 when all is well
/// @param temperatureCelsius composite temperature
/// @param availableSparePercent spare blocks left
/// @param spareThresholdPercent below this much spare the controller warns
/// @param usedPercent of the rated life; may exceed 100
/// @param readBytes read by hosts, over the device's life
/// @param writtenBytes written by hosts, over the device's life
/// @param mediaErrors integrity errors that the controller found
public record SmartLog(
    int criticalWarning,
    int temperatureCelsius,
    int availableSparePercent,
    int spareThresholdPercent,
    int usedPercent,
    long readBytes,
    long writtenBytes,
    long mediaErrors) {
  /// The log page's length in bytes.
  public static final int LENGTH = 512;

  private static final int CRITICAL_WARNING_OFFSET = 0;
  private static final int TEMPERATURE_OFFSET = CRITICAL_WARNING_OFFSET + Byte.BYTES;
  private static final int SPARE_OFFSET = TEMPERATURE_OFFSET + Short.BYTES;
  private static final int SPARE_THRESHOLD_OFFSET = SPARE_OFFSET + Byte.BYTES;
  private static final int USED_OFFSET = SPARE_THRESHOLD_OFFSET + Byte.BYTES;
  private static final int DATA_READ_OFFSET = 32;
  private static final int DATA_WRITTEN_OFFSET = DATA_READ_OFFSET + 16;
  private static final int MEDIA_ERRORS_OFFSET = 160;

  /// "Data units" are thousands of 512 bytes.
  private static final long DATA_UNIT_BYTES = 1000L * 512;

  private static final int ZERO_CELSIUS_KELVIN = 273;

  /// Reads the page. The 128-bit counters saturate at 64 bits, which no device reaches.
  public static SmartLog read(DirectBuffer page) {
    return new SmartLog(
        page.getByte(CRITICAL_WARNING_OFFSET) & 0xff,
        (page.getShort(TEMPERATURE_OFFSET) & 0xffff) - ZERO_CELSIUS_KELVIN,
        page.getByte(SPARE_OFFSET) & 0xff,
        page.getByte(SPARE_THRESHOLD_OFFSET) & 0xff,
        page.getByte(USED_OFFSET) & 0xff,
        saturatingBytes(page, DATA_READ_OFFSET),
        saturatingBytes(page, DATA_WRITTEN_OFFSET),
        saturating(page, MEDIA_ERRORS_OFFSET));
  }

  /// What the warning bits say, in words; empty when all is well.
  public List<String> warnings() {
    List<String> words = new ArrayList<>();
    say(words, 0, "the spare blocks are running out");
    say(words, 1, "the temperature is outside its limits");
    say(words, 2, "the device's reliability has suffered from errors");
    say(words, 3, "the device has become read-only");
    say(words, 4, "the backup of the device's volatile memory has failed");
    say(words, 5, "persistent memory has become read-only");
    return words;
  }

  private void say(List<String> words, int bit, String sentence) {
    if ((criticalWarning & 1 << bit) != 0) {
      words.add(sentence);
    }
  }

  private static long saturatingBytes(DirectBuffer page, int offset) {
    long units = saturating(page, offset);
    return units > Long.MAX_VALUE / DATA_UNIT_BYTES ? Long.MAX_VALUE : units * DATA_UNIT_BYTES;
  }

  private static long saturating(DirectBuffer page, int offset) {
    long low = page.getLong(offset);
    long high = page.getLong(offset + Long.BYTES);
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }
}
