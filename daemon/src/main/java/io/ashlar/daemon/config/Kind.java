package io.ashlar.daemon.config;

import io.ashlar.control.ByteSize;
import io.ashlar.control.TimeSpan;
import io.ashlar.replication.network.AddressRange;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A kind of value: what people are told it is, and a check that a text is one.
///
/// @param title for the documentation: "size, such as 20GiB"
/// @param lowest least number, where the kind is a number; of a duration, in seconds
/// @param highest greatest number
/// @param form how the text is read
record Kind(String title, long lowest, long highest, Form form) {
  private static final int PORT_MAX = 65_535;
  private static final Pattern HOST_FORM = Pattern.compile("[A-Za-z0-9_.:%@-]{1,253}");
  private static final Pattern ENDPOINT_FORM =
      Pattern.compile("([0-9.]{7,15}|\\[[0-9a-fA-F:.]{2,45}]):[0-9]{1,5}");
  private static final String LIST = "list of ";
  private static final Pattern NAME_FORM = Pattern.compile("[A-Za-z0-9.-]{0,63}");

  static final Kind PATH = new Kind("path", 0, 0, Form.TEXT);
  static final Kind NAME = new Kind("name", 0, 0, Form.NAME);
  static final Kind SIZE = new Kind("size", 1, Long.MAX_VALUE, Form.SIZE);
  static final Kind DURATION = new Kind("duration", 0, Integer.MAX_VALUE, Form.DURATION);
  static final Kind COUNT = new Kind("number", 0, Integer.MAX_VALUE, Form.NUMBER);
  static final Kind PORT = new Kind("port", 0, PORT_MAX, Form.NUMBER);
  static final Kind HOST = new Kind("address or interface", 0, 0, Form.HOST);
  static final Kind HOST_OR_NONE = new Kind("address", 0, 0, Form.HOST_OR_NONE);
  static final Kind HOSTS = new Kind("list of addresses or interfaces", 0, 0, Form.HOSTS);
  static final Kind ENDPOINTS = new Kind("list of address:port", 0, 0, Form.ENDPOINTS);
  static final Kind CHAP_ALGORITHMS =
      new Kind("list of sha3-256 or sha-256 or sha-1 or md5", 0, 0, Form.CHOICES);
  static final Kind RANGE = new Kind("range of addresses", 0, 0, Form.RANGE);
  static final Kind FLAG = choice("true", "false");
  static final Kind LEVEL = choice("error", "warn", "info", "debug", "trace");
  static final Kind COMPLETION = choice("interrupt", "submission-thread", "poll");
  static final Kind LOG_FORMAT = choice("text", "json");

  /// How a kind's text is read.
  enum Form {
    TEXT,
    NAME,
    SIZE,
    DURATION,
    NUMBER,
    HOST,
    HOST_OR_NONE,
    HOSTS,
    ENDPOINTS,
    RANGE,
    CHOICE,
    CHOICES
  }

  Kind within(long least, long greatest) {
    return new Kind(title, least, greatest, form);
  }

  private static Kind choice(String... words) {
    return new Kind(String.join(" or ", words), 0, 0, Form.CHOICE);
  }

  /// The elements of a list as people write it: `[a, b]` or `a, b`.
  static List<String> elements(String text) {
    String inner =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    return Pattern.compile(",").splitAsStream(inner).map(String::strip).toList();
  }

  /// What is wrong with the text, as the rest of a sentence after the key; empty if nothing is.
  String complaint(String text) {
    return switch (form) {
      case TEXT -> "";
      case NAME -> NAME_FORM.matcher(text).matches() ? "" : "may have letters, digits, '.' and '-'";
      case NUMBER -> numberComplaint(text);
      case SIZE -> sizeComplaint(text);
      case DURATION -> durationComplaint(text);
      case HOST -> HOST_FORM.matcher(text).matches() ? "" : "must be an address or an interface";
      case HOST_OR_NONE ->
          text.isEmpty() || HOST_FORM.matcher(text).matches() ? "" : "must be an address";
      case HOSTS -> hostsComplaint(text);
      case ENDPOINTS -> endpointsComplaint(text);
      case RANGE -> rangeComplaint(text);
      case CHOICES ->
          choices().containsAll(elements(text.toLowerCase(Locale.ROOT)))
              ? ""
              : "must be a " + title;
      case CHOICE -> choices().contains(text.toLowerCase(Locale.ROOT)) ? "" : "must be " + title;
    };
  }

  private List<String> choices() {
    return List.of(title.replace(LIST, "").split(" or "));
  }

  private String numberComplaint(String text) {
    try {
      long number = Long.parseLong(text);
      return number >= lowest && number <= highest ? "" : rangeSentence(lowest, highest);
    } catch (NumberFormatException noNumber) {
      return "must be a whole number";
    }
  }

  private static String rangeSentence(Object least, Object greatest) {
    return "must be from " + least + " to " + greatest;
  }

  private String sizeComplaint(String text) {
    try {
      long bytes = ByteSize.parse(text);
      return bytes >= lowest && bytes <= highest
          ? ""
          : rangeSentence(ByteSize.format(lowest), ByteSize.format(highest));
    } catch (IllegalArgumentException noSize) {
      return "must be a size, such as 20GiB";
    }
  }

  /// 0 stands for never, and is in every range.
  private String durationComplaint(String text) {
    try {
      long seconds = TimeSpan.parseSeconds(text);
      return seconds == 0 || (seconds >= lowest && seconds <= highest)
          ? ""
          : "must be 0 or from " + TimeSpan.format(lowest) + " to " + TimeSpan.format(highest);
    } catch (IllegalArgumentException noDuration) {
      return "must be a duration, such as 30d or 12h, or 0";
    }
  }

  private static String endpointsComplaint(String text) {
    return text.isEmpty()
            || elements(text).stream().allMatch(each -> ENDPOINT_FORM.matcher(each).matches())
        ? ""
        : "must list addresses with ports, such as [10.0.0.5:4420, [fd00::5]:4420]";
  }

  private static String rangeComplaint(String text) {
    try {
      return text.isEmpty() || !AddressRange.parse(text).toString().isEmpty() ? "" : "is no range";
    } catch (IllegalArgumentException noRange) {
      return "must be a range of addresses, such as 10.20.0.0/24, with no bits set beyond its first";
    }
  }

  private static String hostsComplaint(String text) {
    return elements(text).stream().allMatch(each -> HOST_FORM.matcher(each).matches())
        ? ""
        : "must list addresses or interfaces, such as [10.0.0.5, storage0]";
  }
}
