"""Published digits of pi, from sources independent of this program."""

# The last ten of so many decimals, as y-cruncher's validation files end and many programs check theirs against, for
# example github.com/the-special-8421/pi-calc-chudnovsky, README.md (10^6, 10^7); 10^6 also by Mathematica, in
# "Does Mathematica get Pi wrong?", mathematica.stackexchange.com.
LAST_TEN = {
    1_000: b"2164201989",
    5_000: b"4132604721",
    10_000: b"5256375678",
    25_000: b"6589528877",
    50_000: b"6574236041",
    100_000: b"5493624646",
    250_000: b"4266233216",
    500_000: b"5138195242",
    1_000_000: b"5779458151",
    2_500_000: b"1476913570",
    5_000_000: b"0764619715",
    10_000_000: b"5348955897",
}
# The four decimals after the first million, same place: N[Pi, 1000005]; what it prints beyond is not claimed.
AFTER_A_MILLION = b"3092"
# How often each digit 0 to 9 occurs in the first million decimals: OEIS A099291 to A099300, term 6.
COUNTS_IN_A_MILLION = (99_959, 99_758, 100_026, 100_229, 100_230, 100_359, 99_548, 99_800, 99_985, 100_106)
# Where 1, 10, 100, ... are found first, as positions after the point: OEIS A193940.
FIRST_POWERS_OF_TEN = {b"1": 1, b"10": 49, b"100": 854, b"1000": 854, b"10000": 387_791}
