"""Checks the writer of the codebook format against the golden bytes of the C# tests. Needs nothing but Python.

    python3 training/semantic-ids/check_file.py
"""
import codebook_file

# CodebookExtendedFormatTests.Golden: 1 layer of 2, dimension 2, projection to 1, biases.
GOLDEN = (
    "53494443" "02000000" "01000000" "02000000" "02000000" "01000000" "01000000" "00000000" "01000000"
    "00000040" "000080BF" "0000003F" "0000803F" "000000C0" "00000000" "0000803E"
)


def main() -> None:
    sample = dict(dimension=2, layers=1, size=2, projection=[([2, -1], [0.5])], centroids=[1, -2], biases=[0, 0.25])
    written = codebook_file.encode(**sample).hex().upper()
    assert written == GOLDEN, f"\n{written}\n{GOLDEN}"
    assert codebook_file.encode(**{**sample, "centroids": [1, 2]}).hex().upper() != GOLDEN, "the check cannot fail"
    print("the golden bytes of format 2")


if __name__ == "__main__":
    main()
