package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.secret.SecretFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the issuing node keeps of the tokens that it gave out, a line each: the SHA-256 of the
/// secret (which is random, so that no salt is needed), the second at which it expires, and the
/// node that used it. The node that used a token may come again with it until it expires, so that a
/// join that was interrupted can be repeated; nobody else may.
final class TokenBook {
  /// More than anybody adds nodes at once.
  private static final int TOKENS_MAX = 256;

  /// So many wrong secrets from one address, and it is not listened to until the time is over.
  private static final int GUESSES_MAX = 5;

  private static final Duration GUESSES_FORGOTTEN_AFTER = Duration.ofMinutes(1);
  private static final int ADDRESSES_MAX = 1024;

  /// @param node null as long as it was not used
  private record Entry(String digest, Instant expires, @Nullable UUID node) {
    String line() {
      return digest + " " + expires.getEpochSecond() + (node == null ? "" : " " + node) + "\n";
    }
  }

  private record Guesses(int count, Instant since) {}

  private final Path file;
  private final Map<InetAddress, Guesses> guesses = new LinkedHashMap<>();

  TokenBook(Path file) {
    this.file = file;
  }

  /// Remembers a token that is given out.
  synchronized void add(byte[] secret, Instant expires, Instant now) {
    List<Entry> entries = new ArrayList<>(read());
    entries.removeIf(each -> each.expires.isBefore(now));
    if (entries.size() >= TOKENS_MAX) {
      throw new ControlException(
          ProblemCode.LIMIT_REACHED,
          TOKENS_MAX + " tokens are good now, the limit: use some, or wait until they expire.");
    }
    entries.add(new Entry(digest(secret), expires, null));
    write(entries);
  }

  /// Binds a token to the node that uses it; again for the same node.
  ///
  /// @throws ControlException [ProblemCode#TOKEN_REFUSED] with a sentence that says why
  synchronized void use(byte[] secret, UUID node, InetAddress from, Instant now) {
    refuseGuesser(from, now);
    String digest = digest(secret);
    List<Entry> entries = new ArrayList<>(read());
    for (int i = 0; i < entries.size(); i++) {
      Entry each = entries.get(i);
      if (MessageDigest.isEqual(bytes(each.digest), bytes(digest))) {
        requireGood(each, node, now);
        if (each.node == null) {
          entries.set(i, new Entry(digest, each.expires, node));
          write(entries);
        }
        return;
      }
    }
    guessed(from, now);
    throw refused(
        "The token is not one that this node gave out, or it expired: make a new one with 'ashlar"
            + " cluster token create'.");
  }

  private static void requireGood(Entry entry, UUID node, Instant now) {
    if (entry.expires.isBefore(now)) {
      throw refused(
          "The token expired at "
              + entry.expires
              + ": make a new one with 'ashlar cluster token create'.");
    }
    if (entry.node != null && !entry.node.equals(node)) {
      throw refused(
          "The token was used by another node: each token is good for one; make a new one with"
              + " 'ashlar cluster token create'.");
    }
  }

  private void refuseGuesser(InetAddress from, Instant now) {
    guesses.values().removeIf(each -> each.since.plus(GUESSES_FORGOTTEN_AFTER).isBefore(now));
    Guesses made = guesses.get(from);
    if (made != null && made.count >= GUESSES_MAX) {
      throw refused("Too many wrong tokens came from this address: wait a minute.");
    }
  }

  private void guessed(InetAddress from, Instant now) {
    Guesses made = guesses.get(from);
    if (made == null && guesses.size() >= ADDRESSES_MAX) {
      guesses.remove(guesses.keySet().iterator().next());
    }
    guesses.put(from, made == null ? new Guesses(1, now) : new Guesses(made.count + 1, made.since));
  }

  private static ControlException refused(String sentence) {
    return new ControlException(ProblemCode.TOKEN_REFUSED, sentence);
  }

  private List<Entry> read() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      List<Entry> entries = new ArrayList<>();
      for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
        String[] fields = line.split(" ", -1);
        entries.add(
            new Entry(
                fields[0],
                Instant.ofEpochSecond(Long.parseLong(fields[1])),
                fields.length > 2 ? UUID.fromString(fields[2]) : null));
      }
      return entries;
    } catch (IOException | RuntimeException damaged) {
      throw new ControlException(
          ProblemCode.INTERNAL,
          file + " is damaged: delete it, and make new tokens in place of those given out.");
    }
  }

  private void write(List<Entry> entries) {
    StringBuilder text = new StringBuilder();
    entries.forEach(each -> text.append(each.line()));
    try {
      new SecretFile(file).replace(ByteBuffer.wrap(bytes(text.toString())));
    } catch (IOException failure) {
      throw new ControlException(
          ProblemCode.INTERNAL, file + " cannot be written: check its directory's space.");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String digest(byte[] secret) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }
}
