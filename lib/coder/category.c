#include "chancery/coder.h"

static const char *const names[CHY_CATEGORY_COUNT] = {"AGREE", "CONSULT", "SUPPORT", "CONCEDE",
	"COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST",
	"SANCTION", "MOBILIZE", "COERCE", "ASSAULT"};

/* PLOVER's, of which the coder finds the most frequent. */
static const char *const modes[CHY_CATEGORY_COUNT] = {
	[CHY_AGREE] = "",
	[CHY_CONSULT] = "visit, third-party, multilateral, phone",
	[CHY_SUPPORT] = "",
	[CHY_CONCEDE] = "",
	[CHY_COOPERATE] = "",
	[CHY_AID] = "",
	[CHY_RETREAT] = "withdraw, release, disarm, ceasefire, access, resign",
	[CHY_REQUEST] = "assist, change, yield, meet",
	[CHY_ACCUSE] = "disapprove, allege, investigate",
	[CHY_REJECT] = "assist, change, yield, meet",
	[CHY_THREATEN] = "restrict, ban, arrest, relations, expel, territory, violence",
	[CHY_PROTEST] = "demo, riot, strike, hunger, boycott, obstruct",
	[CHY_SANCTION] = "convict, expel, withdraw, discontinue",
	[CHY_MOBILIZE] = "troops, weapons, police, militia",
	[CHY_COERCE] = ("seize, restrict, ban, censor, martial-law, arrest, deport, withhold, "
			"misinformation, cyber"),
	[CHY_ASSAULT] = ("beat, torture, execute, sexual, assassinate, primitive, firearms, "
			 "explosives, suicide-attack, heavy-weapons"),
};

const char *chy_category_modes(enum chy_category category)
{
	return category < CHY_CATEGORY_COUNT ? modes[category] : "";
}

bool chy_category_has_mode(enum chy_category category, struct chy_str mode)
{
	struct chy_str rest = chy_str_from(chy_category_modes(category)), one;

	while (chy_str_split(&rest, ',', &one))
		if (mode.size && chy_str_equal(chy_str_trim(one), mode))
			return true;
	return false;
}

const char *chy_category_name(enum chy_category category)
{
	return category < CHY_CATEGORY_COUNT ? names[category] : "";
}

int chy_category_from_name(struct chy_str name, enum chy_category *out)
{
	for (int i = 0; i < CHY_CATEGORY_COUNT; i++)
		if (chy_str_is(name, names[i])) {
			*out = (enum chy_category)i;
			return CHY_OK;
		}
	return CHY_NOT_FOUND;
}

bool chy_category_reciprocal(enum chy_category category)
{
	return category == CHY_AGREE || category == CHY_CONSULT || category == CHY_COOPERATE;
}
