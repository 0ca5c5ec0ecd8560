package io.ashlar.core.base;

import org.jspecify.annotations.Nullable;

/// Checks that guard data. Unlike `assert` they stay on in production: a store that goes on after
/// an invariant broke writes the damage down.
public final class Check {
  private Check() {}

  /// Throws [CheckFailedException] unless `fact` holds.
  ///
  /// @param fact what must be true here
  /// @param sentence the fact in words, as one would wish it to be: "segments hold whole blocks"
  public static void that(boolean fact, String sentence) {
    if (!fact) {
      throw new CheckFailedException("must hold: " + sentence);
    }
  }

  /// As [#that(boolean, String)], with the figure that broke the fact.
  public static void that(boolean fact, String sentence, long figure) {
    if (!fact) {
      throw new CheckFailedException("must hold: " + sentence + ", figure=" + figure);
    }
  }

  /// As [#that(boolean, String)], with the two figures that broke the fact.
  public static void that(boolean fact, String sentence, long first, long second) {
    if (!fact) {
      throw new CheckFailedException(
          "must hold: " + sentence + ", figures=" + first + " and " + second);
    }
  }

  /// `value`, which must not be null here.
  public static <T> T present(@Nullable T value, String sentence) {
    if (value == null) {
      throw new CheckFailedException("must hold: " + sentence);
    }
    return value;
  }
}
