package io.ashlar.daemon.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/// The management API's bearer token: 256 random bits in hexadecimal, made at first start.
public final class ApiToken {
  private static final int RANDOM_BYTES = 32;
  private static final int TEXT_BYTES = 2 * RANDOM_BYTES + 1;

  private final byte[] digest;

  private ApiToken(byte[] text) {
    this.digest = sha256(text);
  }

  /// Reads the token, having made it if there is none.
  public static ApiToken open(Path path) throws SecretFileException {
    SecretFile file = new SecretFile(path);
    if (!file.exists()) {
      create(file, path);
    }
    ByteBuffer line = ByteBuffer.allocate(TEXT_BYTES);
    file.read(line);
    byte[] text = Arrays.copyOf(line.array(), TEXT_BYTES - 1);
    try {
      return new ApiToken(text);
    } finally {
      Arrays.fill(text, (byte) 0);
      Arrays.fill(line.array(), (byte) 0);
    }
  }

  private static void create(SecretFile file, Path path) throws SecretFileException {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String line = HexFormat.of().formatHex(random) + "\n";
    try {
      file.create(StandardCharsets.US_ASCII.encode(line));
    } catch (IOException failure) {
      throw new SecretFileException(
          "The API token " + path + " cannot be written: check its directory's owner.", failure);
    }
  }

  /// Whether this is the token; takes the same time wherever it differs.
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(digest, sha256(candidate.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] sha256(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (java.security.NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }
}
