package io.ashlar.control;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes as people write and read them: `20GiB`, `512`, `1.5TiB`. Binary units only are printed;
/// both kinds are read, and mean what IEC and SI say.
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([a-z]*)");
  private static final String[] PRINTED_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final int KIBI = 1024;

  private ByteSize() {}

  /// The bytes that a text means.
  ///
  /// @throws IllegalArgumentException with a sentence, if the text is no size or not whole bytes
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size: write a number and a unit, such as 20GiB.");
    }
    BigDecimal bytes =
        new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit(text, form.group(2))));
    try {
      return bytes.longValueExact();
    } catch (ArithmeticException notWhole) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a whole number of bytes.", notWhole);
    }
  }

  private static long unit(String text, String unit) {
    return switch (unit) {
      case "", "b" -> 1L;
      case "k", "kib" -> 1L << 10;
      case "m", "mib" -> 1L << 20;
      case "g", "gib" -> 1L << 30;
      case "t", "tib" -> 1L << 40;
      case "p", "pib" -> 1L << 50;
      case "kb" -> 1_000L;
      case "mb" -> 1_000_000L;
      case "gb" -> 1_000_000_000L;
      case "tb" -> 1_000_000_000_000L;
      case "pb" -> 1_000_000_000_000_000L;
      default ->
          throw new IllegalArgumentException(
              "'" + text + "' has an unknown unit: use KiB, MiB, GiB, TiB or KB, MB, GB, TB.");
    };
  }

  /// A size for people, rounded to at most two decimals: `20GiB`, `1.5TiB`, `0B`.
  public static String format(long bytes) {
    int unit = 0;
    double figure = bytes;
    while (Math.abs(figure) >= KIBI && unit < PRINTED_UNITS.length - 1) {
      figure /= KIBI;
      unit++;
    }
    String number = String.format(Locale.ROOT, "%.2f", figure).replaceAll("\\.?0+$", "");
    return number + PRINTED_UNITS[unit];
  }
}
