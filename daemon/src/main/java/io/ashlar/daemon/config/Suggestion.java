package io.ashlar.daemon.config;

import java.util.Collection;
import java.util.Comparator;

/// "Did you mean …": the known word nearest to an unknown one.
final class Suggestion {
  /// Beyond a third of its letters, a word is another word and not a slip.
  private static final int LETTERS_PER_SLIP = 3;

  private Suggestion() {}

  /// A sentence to append, or nothing if no known word is near.
  static String forUnknown(String unknown, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(each -> distance(unknown, each)))
        .filter(each -> distance(unknown, each) <= Math.max(2, unknown.length() / LETTERS_PER_SLIP))
        .map(each -> " Did you mean '" + each + "'?")
        .orElse("");
  }

  /// Levenshtein's distance: how many letters to insert, drop or change.
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      row[column] = column;
    }
    for (int line = 1; line <= from.length(); line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column <= to.length(); column++) {
        int above = row[column];
        int change = from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1;
        row[column] = Math.min(Math.min(above, row[column - 1]) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[to.length()];
  }
}
