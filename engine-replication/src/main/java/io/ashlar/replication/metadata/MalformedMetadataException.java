package io.ashlar.replication.metadata;

/// Bytes that were to be a command or a state are not, or are of a newer kind. The message says
/// what is wrong with them, not where they came from: whoever read them adds that.
public final class MalformedMetadataException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedMetadataException(String sentence) {
    super(sentence);
  }
}
