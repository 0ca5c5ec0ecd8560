package io.ashlar.core.store;

import org.jspecify.annotations.Nullable;

/// A device cannot be served. The message is the sentence to show; nothing was changed on the
/// device.
public final class StoreOpenException extends Exception {
  public StoreOpenException(String sentence) {
    super(sentence);
  }

  public StoreOpenException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
