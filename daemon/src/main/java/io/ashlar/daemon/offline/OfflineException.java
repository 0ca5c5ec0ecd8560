package io.ashlar.daemon.offline;

/// A device cannot be looked at; the message is a sentence for the operator.
public final class OfflineException extends Exception {
  public OfflineException(String sentence) {
    super(sentence);
  }

  public OfflineException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
