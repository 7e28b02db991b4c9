recode --wait
