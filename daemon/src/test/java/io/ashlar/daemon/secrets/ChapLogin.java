package io.ashlar.daemon.secrets;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// The least of an iSCSI initiator: it proves itself by CHAP with SHA-256 (RFC 7143 §12.1.3).
final class ChapLogin {
  private static final int HEADER_BYTES = 48;
  private static final int STATUS_OFFSET = 36;
  private static final byte LOGIN_IMMEDIATE = 0x43;
  private static final byte SECURITY_STAGE = 0;
  private static final byte TO_FULL_FEATURE = (byte) 0x83;

  private final Socket socket;
  private final DataInputStream in;

  private ChapLogin(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  /// Logs in.
  ///
  /// @return the login's status class and detail; 0 is success
  static int run(InetSocketAddress portal, String initiator, String target, byte[] secret)
      throws Exception {
    try (Socket socket = new Socket(portal.getAddress(), portal.getPort())) {
      return new ChapLogin(socket).run(initiator, target, secret);
    }
  }

  private int run(String initiator, String target, byte[] secret) throws Exception {
    ask(
        SECURITY_STAGE,
        "InitiatorName=" + initiator,
        "TargetName=" + target,
        "SessionType=Normal",
        "AuthMethod=CHAP");
    Map<String, String> challenge = ask(SECURITY_STAGE, "CHAP_A=7");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update((byte) Integer.parseInt(challenge.getOrDefault("CHAP_I", "0")));
    digest.update(secret);
    byte[] proof =
        digest.digest(HexFormat.of().parseHex(challenge.getOrDefault("CHAP_C", "0x").substring(2)));
    Map<String, String> end =
        ask(TO_FULL_FEATURE, "CHAP_N=canary", "CHAP_R=0x" + HexFormat.of().formatHex(proof));
    return Integer.parseInt(end.getOrDefault("status", "-1"));
  }

  private Map<String, String> ask(byte stages, String... pairs) throws IOException {
    byte[] text = (String.join("\0", pairs) + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer pdu = ByteBuffer.allocate(HEADER_BYTES + (text.length + 3) / 4 * 4);
    pdu.put(0, LOGIN_IMMEDIATE).put(1, stages).putInt(4, text.length);
    pdu.put(8, (byte) 0x80).put(13, (byte) 1).putInt(16, 1).putInt(24, 1);
    pdu.put(HEADER_BYTES, text);
    socket.getOutputStream().write(pdu.array());
    return answer();
  }

  private Map<String, String> answer() throws IOException {
    ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER_BYTES));
    int length = header.getInt(4) & 0xFF_FFFF;
    String text = new String(in.readNBytes((length + 3) / 4 * 4), StandardCharsets.UTF_8);
    Map<String, String> pairs = new TreeMap<>();
    for (String pair : text.split("\0", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    pairs.put("status", Integer.toString(header.getShort(STATUS_OFFSET)));
    return pairs;
  }
}
