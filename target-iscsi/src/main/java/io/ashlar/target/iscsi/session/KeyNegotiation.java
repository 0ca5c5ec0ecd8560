package io.ashlar.target.iscsi.session;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The operational keys (RFC 7143 §13): for each offer the answer, and what it makes of the
/// session's parameters.
final class KeyNegotiation {
  static final String REJECT = "Reject";
  static final String NOT_UNDERSTOOD = "NotUnderstood";
  static final String IRRELEVANT = "Irrelevant";

  private static final String YES = "Yes";
  private static final String NO = "No";

  private final SessionLimits limits;
  private final SessionParameters parameters;
  private final boolean isDiscovery;

  KeyNegotiation(SessionLimits limits, SessionParameters parameters, boolean isDiscovery) {
    this.limits = limits;
    this.parameters = parameters;
    this.isDiscovery = isDiscovery;
  }

  /// The answer to one offer; null if the key is declared and wants none.
  @Nullable String answer(String key, String offer) {
    return switch (key) {
      case "HeaderDigest" -> headerDigest(offer);
      case "DataDigest" -> dataDigest(offer);
      case "MaxConnections" -> irrelevantInDiscovery(smaller(offer, 1, 65_535, 1));
      case "InitialR2T" -> irrelevantInDiscovery(initialR2t(offer));
      case "ImmediateData" -> irrelevantInDiscovery(immediateData(offer));
      case "MaxRecvDataSegmentLength" -> sendDataSegment(offer);
      case "MaxBurstLength" -> irrelevantInDiscovery(maxBurst(offer));
      case "FirstBurstLength" -> irrelevantInDiscovery(firstBurst(offer));
      case "DefaultTime2Wait" -> larger(offer, 0, 3600, 0);
      case "DefaultTime2Retain" -> smaller(offer, 0, 3600, 0);
      case "MaxOutstandingR2T" -> irrelevantInDiscovery(smaller(offer, 1, 65_535, 1));
      case "DataPDUInOrder", "DataSequenceInOrder" ->
          irrelevantInDiscovery(isBoolean(offer) ? YES : REJECT);
      case "ErrorRecoveryLevel" -> smaller(offer, 0, 2, 0);
      case "IFMarker", "OFMarker", "RDMAExtensions" -> isBoolean(offer) ? NO : REJECT;
      case "IFMarkInt", "OFMarkInt" -> IRRELEVANT;
      case "TaskReporting" -> listed(offer, "RFC3720") ? "RFC3720" : REJECT;
      case "iSCSIProtocolLevel" -> smaller(offer, 0, 31, 1);
      default -> NOT_UNDERSTOOD;
    };
  }

  private String irrelevantInDiscovery(String answer) {
    return isDiscovery ? IRRELEVANT : answer;
  }

  private String headerDigest(String offer) {
    String chosen = digest(offer);
    parameters.headerDigest = chosen.equals("CRC32C");
    return chosen;
  }

  private String dataDigest(String offer) {
    String chosen = digest(offer);
    parameters.dataDigest = chosen.equals("CRC32C");
    return chosen;
  }

  /// The first in the initiator's list that is supported.
  private static String digest(String offer) {
    for (String choice : offer.split(",", -1)) {
      if (choice.equals("CRC32C") || choice.equals("None")) {
        return choice;
      }
    }
    return REJECT;
  }

  private String initialR2t(String offer) {
    if (!isBoolean(offer)) {
      return REJECT;
    }
    parameters.initialR2t = offer.equals(YES);
    return offer;
  }

  private String immediateData(String offer) {
    if (!isBoolean(offer)) {
      return REJECT;
    }
    parameters.immediateData = offer.equals(YES);
    return offer;
  }

  private @Nullable String sendDataSegment(String offer) {
    long bytes = number(offer);
    if (bytes < SessionLimits.SEGMENT_BYTES_MIN || bytes > SessionLimits.SEGMENT_BYTES_MAX) {
      return REJECT;
    }
    parameters.sendDataSegmentBytes = (int) bytes;
    return null;
  }

  private String maxBurst(String offer) {
    String answer =
        smaller(
            offer,
            SessionLimits.SEGMENT_BYTES_MIN,
            SessionLimits.SEGMENT_BYTES_MAX,
            limits.burstBytesMax());
    if (!answer.equals(REJECT)) {
      parameters.maxBurstBytes = Integer.parseInt(answer);
    }
    return answer;
  }

  private String firstBurst(String offer) {
    String answer =
        smaller(
            offer,
            SessionLimits.SEGMENT_BYTES_MIN,
            SessionLimits.SEGMENT_BYTES_MAX,
            limits.firstBurstBytesMax());
    if (!answer.equals(REJECT)) {
      parameters.firstBurstBytes = Integer.parseInt(answer);
    }
    return answer;
  }

  private static String smaller(String offer, long least, long most, long own) {
    long value = number(offer);
    return value < least || value > most ? REJECT : Long.toString(Math.min(value, own));
  }

  private static String larger(String offer, long least, long most, long own) {
    long value = number(offer);
    return value < least || value > most ? REJECT : Long.toString(Math.max(value, own));
  }

  private static boolean isBoolean(String offer) {
    return offer.equals(YES) || offer.equals(NO);
  }

  private static boolean listed(String offer, String choice) {
    for (String one : offer.split(",", -1)) {
      if (one.equals(choice)) {
        return true;
      }
    }
    return false;
  }

  /// A decimal or hexadecimal number; -1 if it is none, or longer than any key allows.
  static long number(String text) {
    try {
      String lower = text.toLowerCase(Locale.ROOT);
      return lower.startsWith("0x")
          ? Long.parseUnsignedLong(lower.substring(2), 16)
          : Long.parseUnsignedLong(lower);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
