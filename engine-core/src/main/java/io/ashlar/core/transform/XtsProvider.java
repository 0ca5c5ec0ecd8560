package io.ashlar.core.transform;

/// Who computes AES-256-XTS. Both give the same bytes.
public enum XtsProvider {
  /// OpenSSL 3's libcrypto; keys stay outside the heap.
  OPENSSL("OpenSSL 3 (libcrypto)"),
  /// The JDK's own AES; the JDK keeps copies of keys on the heap.
  JDK("JDK (AES/ECB composed to XTS)");

  private final String title;

  XtsProvider(String title) {
    this.title = title;
  }

  /// The better one of those that this system has.
  public static XtsProvider best() {
    return LibCrypto.AVAILABLE ? OPENSSL : JDK;
  }

  /// Whether this system has it.
  public boolean isAvailable() {
    return this == JDK || LibCrypto.AVAILABLE;
  }

  XtsCipher newCipher(DataKey key) {
    return switch (this) {
      case OPENSSL -> new OpenSslXts(key);
      case JDK -> new JdkXts(key);
    };
  }

  /// What to call it in a log.
  @Override
  public String toString() {
    return title;
  }
}
