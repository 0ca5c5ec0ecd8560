package io.ashlar.daemon.secret;

/// A secret's file cannot be used; the message is a sentence for the operator and holds no secret.
public final class SecretFileException extends Exception {
  public SecretFileException(String sentence) {
    super(sentence);
  }

  public SecretFileException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
