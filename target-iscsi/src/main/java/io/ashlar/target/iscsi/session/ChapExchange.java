package io.ashlar.target.iscsi.session;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One login's CHAP (RFC 7143 §12.1.3, RFC 1994): the target challenges, the initiator proves that
/// it knows its secret, and may ask the target to do the same.
final class ChapExchange {
  /// What the exchange waits for.
  private enum State {
    /// The initiator's list of algorithms, CHAP_A.
    ALGORITHMS,
    /// Its name and response, CHAP_N and CHAP_R.
    RESPONSE,
    /// Nothing: the initiator is who it says.
    DONE
  }

  private static final int CHALLENGE_BYTES = 32;
  private static final int PEER_CHALLENGE_BYTES_MAX = 1024;

  private final ChapCredential initiator;
  private final @Nullable ChapCredential target;
  private final List<ChapAlgorithm> allowed;
  private final byte[] challenge = new byte[CHALLENGE_BYTES];
  private final int identifier;

  private State state = State.ALGORITHMS;
  private ChapAlgorithm algorithm = ChapAlgorithm.SHA_256;

  ChapExchange(
      ChapCredential initiator,
      @Nullable ChapCredential target,
      List<ChapAlgorithm> allowed,
      SecureRandom random) {
    this.initiator = initiator;
    this.target = target;
    this.allowed = allowed;
    random.nextBytes(challenge);
    this.identifier = random.nextInt(256);
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /// Takes the initiator's step and adds this side's to `reply`.
  ///
  /// @return false if the initiator failed to prove itself
  boolean step(TextKeys request, TextKeys reply) {
    return switch (state) {
      case ALGORITHMS -> chooseAlgorithm(request, reply);
      case RESPONSE -> checkResponse(request, reply);
      case DONE -> true;
    };
  }

  private boolean chooseAlgorithm(TextKeys request, TextKeys reply) {
    String offered = request.get("CHAP_A");
    ChapAlgorithm chosen = offered == null ? null : strongest(offered);
    if (chosen == null) {
      return false;
    }
    algorithm = chosen;
    reply.add("CHAP_A", chosen.code);
    reply.add("CHAP_I", identifier);
    reply.add("CHAP_C", "0x" + HexFormat.of().formatHex(challenge));
    state = State.RESPONSE;
    return true;
  }

  private @Nullable ChapAlgorithm strongest(String offered) {
    List<String> codes = Arrays.asList(offered.split(",", -1));
    for (ChapAlgorithm candidate : ChapAlgorithm.values()) {
      if (allowed.contains(candidate) && codes.contains(Integer.toString(candidate.code))) {
        return candidate;
      }
    }
    return null;
  }

  private boolean checkResponse(TextKeys request, TextKeys reply) {
    String name = request.get("CHAP_N");
    byte[] response = binary(request.get("CHAP_R"));
    byte[] expected = initiator.secret().response(algorithm, identifier, challenge);
    boolean proven =
        name != null
            && name.equals(initiator.name())
            && response != null
            && MessageDigest.isEqual(expected, response);
    if (!proven || !answerChallenge(request, reply)) {
      return false;
    }
    state = State.DONE;
    return true;
  }

  /// The other direction, if the initiator asks for it.
  private boolean answerChallenge(TextKeys request, TextKeys reply) {
    String theirIdentifier = request.get("CHAP_I");
    String theirChallenge = request.get("CHAP_C");
    if (theirIdentifier == null && theirChallenge == null) {
      return true;
    }
    byte[] toAnswer = binary(theirChallenge);
    long id = theirIdentifier == null ? -1 : KeyNegotiation.number(theirIdentifier);
    ChapCredential own = target;
    if (own == null || toAnswer == null || id < 0 || id > 255) {
      return false;
    }
    // our own challenge sent back would make us compute the answer that we wait for
    if (toAnswer.length == 0
        || toAnswer.length > PEER_CHALLENGE_BYTES_MAX
        || MessageDigest.isEqual(toAnswer, challenge)) {
      return false;
    }
    byte[] answer = own.secret().response(algorithm, (int) id, toAnswer);
    reply.add("CHAP_N", own.name());
    reply.add("CHAP_R", "0x" + HexFormat.of().formatHex(answer));
    return true;
  }

  /// A binary value: "0x" and hexadecimal digits, or "0b" and base64 (RFC 7143 §6.1).
  static byte @Nullable [] binary(@Nullable String text) {
    if (text == null || text.length() < 3) {
      return null;
    }
    String digits = text.substring(2);
    try {
      return switch (text.substring(0, 2)) {
        case "0x", "0X" -> hex(digits);
        case "0b", "0B" -> Base64.getDecoder().decode(digits);
        default -> null;
      };
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// An odd number of digits has a leading zero left out.
  private static byte[] hex(String digits) {
    if (digits.length() % 2 == 0) {
      return HexFormat.of().parseHex(digits);
    }
    BigInteger checked = new BigInteger(digits, 16);
    if (checked.signum() < 0) {
      throw new IllegalArgumentException("a sign is no digit");
    }
    return HexFormat.of().parseHex("0" + digits);
  }
}
