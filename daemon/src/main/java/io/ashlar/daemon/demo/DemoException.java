package io.ashlar.daemon.demo;

/// The demonstration cannot go on. The message is a sentence for people.
final class DemoException extends Exception {
  DemoException(String sentence) {
    super(sentence);
  }

  DemoException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
