package io.ashlar.control;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Spans of time as people write and read them: `30d`, `12h`, `90m`, `45s`, and `0`.
public final class TimeSpan {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*([smhd])");
  private static final long MINUTE_SECONDS = 60;
  private static final long HOUR_SECONDS = 60 * MINUTE_SECONDS;
  private static final long DAY_SECONDS = 24 * HOUR_SECONDS;

  private TimeSpan() {}

  /// The seconds that a text means.
  ///
  /// @throws IllegalArgumentException with a sentence, if the text is no span of time
  public static long parseSeconds(String text) {
    String plain = text.trim().toLowerCase(Locale.ROOT);
    if (plain.equals("0")) {
      return 0;
    }
    Matcher form = FORM.matcher(plain);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration: write a number and a unit, such as 30d or 12h.");
    }
    return Long.parseLong(form.group(1)) * unitSeconds(form.group(2));
  }

  private static long unitSeconds(String unit) {
    return switch (unit) {
      case "d" -> DAY_SECONDS;
      case "h" -> HOUR_SECONDS;
      case "m" -> MINUTE_SECONDS;
      default -> 1;
    };
  }

  /// A span for people, in the largest unit that holds it whole: `30d`, `36h`, `0s`.
  public static String format(long seconds) {
    if (seconds == 0 || seconds % MINUTE_SECONDS != 0) {
      return seconds + "s";
    }
    if (seconds % HOUR_SECONDS != 0) {
      return seconds / MINUTE_SECONDS + "m";
    }
    return seconds % DAY_SECONDS == 0 ? seconds / DAY_SECONDS + "d" : seconds / HOUR_SECONDS + "h";
  }
}
