package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/// Login text that nobody would send. A line of the input is a request: one byte of stages and
/// flags, then keys, with `;` for the zero byte between them.
class LoginFuzzTest {
  private static final EventLoop LOOP = new DefaultEventLoop();
  private static final ChapSecret SECRET =
      new ChapSecret("a-secret-of-enough-bytes".getBytes(StandardCharsets.US_ASCII));
  private static final ExportedVolume GUARDED = guarded();

  /// Nobody gets in without the secret, and nothing but a refusal comes of nonsense.
  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldLetNobodyInWithoutTheSecret(byte[] input) {
    LoginNegotiation.Rules rules =
        new LoginNegotiation.Rules(
            new TargetDirectory(List.of(GUARDED)),
            SessionLimits.DEFAULT,
            List.of(ChapAlgorithm.SHA_256, ChapAlgorithm.MD5),
            true);
    LoginNegotiation negotiation = new LoginNegotiation(rules, new SecureRandom());
    for (String line : new String(input, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      if (line.isEmpty() || !takes(negotiation, line)) {
        return;
      }
    }
  }

  private static boolean takes(LoginNegotiation negotiation, String line) {
    byte[] text = line.substring(1).replace(';', '\0').getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf bytes = Unpooled.wrappedBuffer(text);
    TextKeys keys = TextKeys.parse(bytes, 0, text.length);
    if (keys == null) {
      return false;
    }
    int flags = line.charAt(0);
    LoginRequest request =
        new LoginRequest((flags & 0x80) != 0, false, (flags >>> 2) & 3, flags & 3, 7, 0);
    LoginReply reply = negotiation.onRequest(request, keys);
    assertThat(reply.isLast()).as("logged in").isFalse();
    return !reply.isRefusal();
  }

  private static ExportedVolume guarded() {
    MemoryBlockVolume volume = MemoryBlockVolume.numbered(1, new VolumeGeometry(1 << 20, 4096));
    HostAccess proof = new HostAccess(new ChapCredential("host", SECRET), null);
    return new ExportedVolume(volume.id(), volume, LOOP, new AccessPolicy(Map.of(), proof));
  }
}
