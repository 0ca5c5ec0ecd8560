package io.ashlar.daemon.cluster;

import java.util.ArrayList;
import java.util.List;

/// Who was turned away in the last quarter of an hour, for the status. The audit log has all.
final class Refusals {
  private static final int KEPT = 8;
  private static final long FORGOTTEN_AFTER_MS = 15 * 60_000L;

  private record Refusal(String sentence, long atMillis) {}

  private final List<Refusal> kept = new ArrayList<>();

  synchronized void add(String sentence, long nowMillis) {
    kept.removeIf(each -> each.sentence.equals(sentence));
    kept.add(new Refusal(sentence, nowMillis));
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
  }

  /// The sentences, oldest first.
  synchronized List<String> sentences(long nowMillis) {
    kept.removeIf(each -> nowMillis - each.atMillis > FORGOTTEN_AFTER_MS);
    return kept.stream().map(Refusal::sentence).toList();
  }
}
