package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Sizes on the command line: `20GiB`.
public final class SizeConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException noSize) {
      throw new TypeConversionException(noSize.getMessage());
    }
  }
}
