package io.ashlar.daemon.secret;

import io.ashlar.target.iscsi.session.ChapCredential;
import io.ashlar.target.iscsi.session.ChapSecret;
import io.ashlar.target.iscsi.session.HostAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The file with iSCSI initiators' CHAP names and secrets, mode 0600. One initiator per line,
/// fields separated by blanks, `#` begins a comment:
///
/// ```
/// # initiator              name   secret             and, for mutual CHAP, the node's name and secret
/// iqn.2026-11.example:db1  db1    9sVwq2LhX0aPzK3e   node1  Uu4mTzqQ81xWnB7c
/// ```
///
/// Secrets never become strings, so that none stays on the heap.
public final class ChapFile {
  private static final int BYTES_MAX = 1 << 20;
  private static final int FIELDS_ONE_WAY = 3;
  private static final int FIELDS_MUTUAL = 5;
  private static final int SECRET_FIELD = 2;
  private static final int TARGET_NAME_FIELD = 3;
  private static final int TARGET_SECRET_FIELD = 4;

  private final Path path;

  public ChapFile(Path path) {
    this.path = path;
  }

  /// How each named initiator proves itself, by its name in lower case.
  ///
  /// @throws SecretFileException with a sentence that names the line, never the secret
  public Map<String, HostAccess> read() throws SecretFileException {
    new SecretFile(path).requireOwnerOnly();
    byte[] content = new byte[0];
    try {
      if (Files.size(path) > BYTES_MAX) {
        throw new SecretFileException(path + " is larger than 1MiB: it is no CHAP file.");
      }
      content = Files.readAllBytes(path);
      return parse(content);
    } catch (IOException unreadable) {
      throw new SecretFileException(path + " cannot be read: check its owner.", unreadable);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private Map<String, HostAccess> parse(byte[] content) throws SecretFileException {
    Map<String, HostAccess> hosts = new HashMap<>();
    int line = 0;
    int start = 0;
    while (start < content.length) {
      int end = start;
      while (end < content.length && content[end] != '\n') {
        end++;
      }
      line++;
      List<byte[]> fields = fields(content, start, end);
      try {
        addHost(hosts, fields, line);
      } finally {
        fields.forEach(field -> Arrays.fill(field, (byte) 0));
      }
      start = end + 1;
    }
    return hosts;
  }

  private static List<byte[]> fields(byte[] content, int start, int end) {
    List<byte[]> fields = new ArrayList<>();
    int at = start;
    while (at < end && content[at] != '#') {
      int from = at;
      while (at < end && !isBlank(content[at])) {
        at++;
      }
      if (at > from) {
        fields.add(Arrays.copyOfRange(content, from, at));
      } else {
        at++;
      }
    }
    return fields;
  }

  private static boolean isBlank(byte letter) {
    return letter == ' ' || letter == '\t' || letter == '\r';
  }

  private void addHost(Map<String, HostAccess> hosts, List<byte[]> fields, int line)
      throws SecretFileException {
    if (fields.isEmpty()) {
      return;
    }
    if (fields.size() != FIELDS_ONE_WAY && fields.size() != FIELDS_MUTUAL) {
      throw complaint(line, "has " + fields.size() + " fields; write initiator, name, secret");
    }
    String initiator = text(fields.getFirst()).toLowerCase(Locale.ROOT);
    ChapCredential host = credential(fields.get(1), fields.get(SECRET_FIELD), line);
    ChapCredential node = null;
    if (fields.size() == FIELDS_MUTUAL) {
      if (Arrays.equals(fields.get(SECRET_FIELD), fields.get(TARGET_SECRET_FIELD))) {
        throw complaint(line, "uses one secret in both directions; give the node its own");
      }
      node = credential(fields.get(TARGET_NAME_FIELD), fields.get(TARGET_SECRET_FIELD), line);
    }
    if (hosts.put(initiator, new HostAccess(host, node)) != null) {
      throw complaint(line, "names an initiator for the second time");
    }
  }

  private ChapCredential credential(byte[] name, byte[] secret, int line)
      throws SecretFileException {
    if (secret.length < ChapSecret.BYTES_MIN || secret.length > ChapSecret.BYTES_MAX) {
      throw complaint(line, "has a secret of fewer than 12 or more than 256 bytes");
    }
    return new ChapCredential(text(name), new ChapSecret(secret));
  }

  private static String text(byte[] field) {
    return new String(field, StandardCharsets.UTF_8);
  }

  private SecretFileException complaint(int line, String what) {
    return new SecretFileException(path + " line " + line + " " + what + ".");
  }
}
