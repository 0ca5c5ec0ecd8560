package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.PoolInfo.Reduction;
import io.ashlar.control.PoolInfo.Smart;
import java.util.Locale;

/// A pool's figures as text for people.
final class PoolText {
  private PoolText() {}

  static String compression(Reduction reduction) {
    return reduction.compression() == 0
        ? "known after the first write"
        : String.format(
            Locale.ROOT,
            "%.1f:1 (%s in %s since start)",
            reduction.compression(),
            ByteSize.format(reduction.hostBytes()),
            ByteSize.format(reduction.storedBytes()));
  }

  static String thinness(Reduction reduction) {
    return reduction.thinness() == 0
        ? "known after the first write"
        : String.format(Locale.ROOT, "%.1f:1", reduction.thinness());
  }

  static String memory(long bytes, double mibPerTib) {
    return mibPerTib == 0
        ? ByteSize.format(bytes)
        : String.format(
            Locale.ROOT, "%s (%,.0f MiB per TiB of volumes)", ByteSize.format(bytes), mibPerTib);
  }

  static String smart(Smart smart) {
    if (!smart.available()) {
      return "none: " + smart.source();
    }
    StringBuilder text = new StringBuilder(smart.warnings().isEmpty() ? "good" : "warns");
    say(text, "%d %% of its life used", smart.usedPercent());
    say(text, "%d %% spare", smart.sparePercent());
    say(text, "%d °C", smart.temperatureCelsius());
    say(text, "%d media errors", smart.mediaErrors());
    return text.append(" (").append(smart.source()).append(')').toString();
  }

  private static void say(StringBuilder text, String what, long figure) {
    if (figure != Smart.UNKNOWN) {
      text.append(", ").append(String.format(Locale.ROOT, what, figure));
    }
  }
}
