package io.ashlar.replication.network;

import java.util.ArrayDeque;
import java.util.Iterator;

/// What was complained of lately, so that who tries again and again does not fill a log.
final class Complaints {
  private static final long AGAIN_NS = 60_000_000_000L;
  private static final int REMEMBERED_MAX = 64;

  private record Told(String sentence, long atNs) {}

  private final ArrayDeque<Told> told = new ArrayDeque<>();

  /// Whether nobody was told this within the last minute. It counts as told from now on.
  boolean isNews(String sentence, long nowNs) {
    for (Iterator<Told> each = told.iterator(); each.hasNext(); ) {
      Told one = each.next();
      if (nowNs - one.atNs() >= AGAIN_NS) {
        each.remove();
      } else if (one.sentence().equals(sentence)) {
        return false;
      }
    }
    if (told.size() == REMEMBERED_MAX) {
      told.removeFirst();
    }
    told.addLast(new Told(sentence, nowNs));
    return true;
  }
}
