package dev.gatun.apps;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as Hugging Face writes them: 2GB is 2·10⁹ bytes, 2GiB is 2·2³⁰. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern SIZE =
            Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGT]i?)?B?", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "K", 1000L,
            "M", 1_000_000L,
            "G", 1_000_000_000L,
            "T", 1_000_000_000_000L,
            "KI", 1L << 10,
            "MI", 1L << 20,
            "GI", 1L << 30,
            "TI", 1L << 40);

    @Override
    public Long convert(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (matcher.matches()) {
            String unit = matcher.group(2) == null ? "" : matcher.group(2).toUpperCase(Locale.ROOT);
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(UNITS.get(unit)));
            if (bytes.signum() > 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new TypeConversionException("'" + text + "' is not a size, such as 2GB or 500MiB");
    }
}
