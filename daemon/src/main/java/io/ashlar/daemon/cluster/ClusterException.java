package io.ashlar.daemon.cluster;

/// The node cannot be what it is in its cluster. The message is a sentence for people.
public final class ClusterException extends Exception {
  ClusterException(String sentence) {
    super(sentence);
  }

  ClusterException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
