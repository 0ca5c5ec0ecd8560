package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;

/// A name and the secret that proves it.
public record ChapCredential(String name, ChapSecret secret) {
  public ChapCredential {
    Check.that(!name.isEmpty() && name.length() <= 255, "a CHAP name has 1 to 255 characters");
  }
}
