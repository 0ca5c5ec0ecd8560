package io.ashlar.replication.metadata.local;

/// The metadata log cannot be opened; the message is a sentence for the operator.
public final class MetadataLogException extends Exception {
  private static final long serialVersionUID = 1;

  public MetadataLogException(String sentence) {
    super(sentence);
  }

  public MetadataLogException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
