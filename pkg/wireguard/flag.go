package wireguard

// Flag is yes, no, or, as the zero value, not known.
type Flag uint8

const (
	FlagNotKnown Flag = iota
	FlagNo
	FlagYes
)

// Value returns 1 or 0, and whether there is one.
func (f Flag) Value() (float64, bool) {
	if f == FlagYes {
		return 1, true
	}
	return 0, f == FlagNo
}

func flag(yes bool) Flag {
	if yes {
		return FlagYes
	}
	return FlagNo
}
