package io.ashlar.replication.identity;

/// Something is wrong with a key, a certificate or a file of them. The message is a sentence for
/// people, and holds no secret.
public final class IdentityException extends Exception {
  public IdentityException(String sentence) {
    super(sentence);
  }

  public IdentityException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
