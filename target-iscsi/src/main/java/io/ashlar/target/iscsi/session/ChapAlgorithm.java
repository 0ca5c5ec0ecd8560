package io.ashlar.target.iscsi.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The hashes that CHAP may use, strongest first (RFC 7143 §12.1.3, IANA "PPP Authentication
/// Algorithms").
public enum ChapAlgorithm {
  SHA3_256(8, "SHA3-256"),
  SHA_256(7, "SHA-256"),
  /// Broken as a hash; kept for initiators that have nothing else.
  SHA_1(6, "SHA-1"),
  /// As [#SHA_1]; the only one that some initiators know.
  MD5(5, "MD5");

  final int code;
  private final String name;

  ChapAlgorithm(int code, String name) {
    this.code = code;
    this.name = name;
  }

  MessageDigest digest() {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks " + name, e);
    }
  }
}
